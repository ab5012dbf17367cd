/** Captures of the benches: records that a source writes one after the other, into a file that is removed again or into memory. */

import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const chunkLength = 1 << 20
const longestRecord = 2048
const headerLength = 24
/** Of the free space of the temporary folder, a capture may take so much. */
const largestShare = 0.8

/** Writes pcap records in order; its state is how far it is. */
export interface RecordSource {
  /** Bytes of a record on average, for looking whether there is room. */
  readonly meanRecordLength: number
  /** Writes the next record at the place and answers its length, at most 2048. */
  writeRecord(bytes: Buffer, at: number): number
}

/** The header of a pcap file of Ethernet frames, microseconds. */
export function captureHeader(): Buffer {
  const header = Buffer.alloc(headerLength)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(262144, 16)
  header.writeUInt32LE(1, 20)
  return header
}

/** The next records in memory, without the file's header. The buffer is reused when it is large enough. */
export function writeRecords(source: RecordSource, count: number, reused: Buffer | null = null): Buffer {
  const needed = count * longestRecord
  let bytes = reused ?? Buffer.alloc(Math.min(needed, Math.ceil(count * source.meanRecordLength * 1.2) + longestRecord))
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + longestRecord > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)])
    at += source.writeRecord(bytes, at)
  }
  return bytes.subarray(0, at)
}

/** A capture file of so many packets, for as long as `use` runs. Throws when there is no room for it. */
export function withCapture<T>(source: RecordSource, packets: number, use: (file: string) => T): T {
  const { bavail, bsize } = statfsSync(tmpdir())
  const needed = packets * source.meanRecordLength
  if (needed > bavail * bsize * largestShare) {
    throw new Error(
      `the capture takes ${(needed / 1e6).toFixed(0)} MB, ${tmpdir()} has ${((bavail * bsize) / 1e6).toFixed(0)} MB left`,
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'kinwall-bench-'))
  try {
    const file = join(folder, 'packets.pcap')
    writeCaptureFile(file, source, packets)
    return use(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeCaptureFile(file: string, source: RecordSource, packets: number): void {
  const descriptor = openSync(file, 'w')
  try {
    writeSync(descriptor, captureHeader())
    const chunk = Buffer.alloc(chunkLength)
    let at = 0
    for (let i = 0; i < packets; i++) {
      if (at + longestRecord > chunkLength) {
        writeSync(descriptor, chunk, 0, at)
        at = 0
      }
      at += source.writeRecord(chunk, at)
    }
    writeSync(descriptor, chunk, 0, at)
  } finally {
    closeSync(descriptor)
  }
}
