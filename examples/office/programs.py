"""The few programs of the recording that Debian has no small package for; each subcommand is one of them."""

import array
import fcntl
import socket
import struct
import sys
import time


def checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def whole_packets(interface: str) -> None:
    """Makes the interface send packets as they would be on a wire: no segmentation or checksums left to a network card."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        # ethtool: ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO (linux/ethtool.h), through SIOCETHTOOL
        for command in (0x17, 0x1F, 0x24, 0x2C):
            setting = array.array("B", struct.pack("II", command, 0))
            request = struct.pack("16sP", interface.encode(), setting.buffer_info()[0])
            fcntl.ioctl(control, 0x8946, request)


def name_server(address: str) -> None:
    """Answers every DNS question for an IPv4 address with 10.0.3.2."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        while True:
            query, client = server.recvfrom(512)
            answer = query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0) + query[12:]
            answer += struct.pack("!HHHIH", 0xC00C, 1, 1, 300, 4) + socket.inet_aton("10.0.3.2")
            server.sendto(answer, client)


def ask(server: str, name: str, port: str) -> None:
    """Asks a name server from a fixed port, so that the forged error later knows what to quote."""
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    query = struct.pack("!6H", 0x4B57, 0x0100, 1, 0, 0, 0) + question + struct.pack("!2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("", int(port)))
        client.settimeout(3)
        client.sendto(query, (server, 53))
        client.recv(512)


def forge(to: str, source_port: str, quoted_to: str, destination_port: str) -> None:
    """Sends host-unreachable about a UDP packet that `to` sent, or not: a stranger only has to guess the ports."""
    udp = struct.pack("!4H", int(source_port), int(destination_port), 8, 0)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 62, 17, 0, socket.inet_aton(to), socket.inet_aton(quoted_to))
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    error = struct.pack("!BBHI", 3, 1, 0, 0) + header + udp
    error = error[:2] + struct.pack("!H", checksum(error)) + error[4:]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sender:
        sender.sendto(error, (to, 0))


def knock(address: str, port: str) -> None:
    """Opens a TCP connection that nobody lets in: one SYN, and gone before it is sent again."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        client.connect_ex((address, int(port)))
        time.sleep(0.2)


def without_machine(source: str, target: str) -> None:
    """Copies a little-endian pcapng file without the options that describe the recording machine; interfaces keep name and resolution."""
    kept = {0x0A0D0D0A: (16, ()), 1: (8, (2, 9))}  # block type: bytes before its options, options to keep
    with open(source, "rb") as file:
        data = file.read()
    out = bytearray()
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + length - 4]
        at += length
        if kind not in (*kept, 6):  # 6: enhanced packet; all else is statistics and name resolution
            continue
        if kind in kept:
            fixed, wanted = kept[kind]
            body = body[:fixed] + options(body[fixed:], wanted)
        out += struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    with open(target, "wb") as file:
        file.write(out)


def options(data: bytes, wanted: tuple) -> bytes:
    out = b""
    at = 0
    while at < len(data):
        code, length = struct.unpack_from("<HH", data, at)
        end = at + 4 + (length + 3) // 4 * 4
        if code in wanted:
            out += data[at:end]
        at = end
    return out + b"\0\0\0\0" if out else b""


if __name__ == "__main__":
    {
        "whole-packets": whole_packets,
        "name-server": name_server,
        "ask": ask,
        "forge": forge,
        "knock": knock,
        "without-machine": without_machine,
    }[sys.argv[1]](*sys.argv[2:])
