/** Raw IP: no link header; the version is in the packet (LINKTYPE_RAW, DLT_RAW of several systems) or in the link type. */
import type { Frame } from '../frame.ts'
import { type LinkLayer, setIp, setSkip } from './link-layer.ts'

/** 12 and 14 are DLT_RAW numbers that some writers store instead of 101; 228 and 229 hold one version only. */
export const linkTypes = [12, 14, 101, 228, 229] as const

export function decode(frame: Frame, link: LinkLayer): void {
  const { bytes, start, linkType } = frame
  const end = start + frame.capturedLength
  if (linkType === 228) return setIp(link, 4, start, end)
  if (linkType === 229) return setIp(link, 6, start, end)
  if (end === start) return setSkip(link, 'truncated-link-header')
  const version = bytes[start]! >>> 4
  if (version === 4 || version === 6) setIp(link, version, start, end)
  else setSkip(link, 'unknown-ip-version', version)
}
