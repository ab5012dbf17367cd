/** Speed of the capture reader and the link layer on 60-byte frames. Run: node bench/capture.ts [millions of frames] */
import { CaptureReader, createFrame, createLinkLayer, decodeLink, writePcap } from '../src/analysis/capture/index.ts'

const frameLength = 60
const framesPerChunk = 50_000
const millions = Number(process.argv[2] ?? 20)
const reportedChunkLength = 65_536

/** Ethernet, IPv4, UDP; only the link header matters here. */
function sampleFrame(): Uint8Array {
  const bytes = new Uint8Array(frameLength)
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, 0x45])
  return bytes
}

/** The same records over and over, as a stream of chunks like those that a file gives. */
function* chunks(records: Uint8Array, times: number): Generator<Uint8Array> {
  for (let round = 0; round < times; round += 1) {
    for (let at = 0; at < records.length; at += reportedChunkLength)
      yield records.subarray(at, at + reportedChunkLength)
  }
}

function measure(name: string, hasLink: boolean): void {
  const file = writePcap(
    Array.from({ length: framesPerChunk }, (_, index) => ({ bytes: sampleFrame(), timeSeconds: index })),
  )
  const reader = new CaptureReader()
  const frame = createFrame()
  const link = createLinkLayer()
  let sum = 0
  const heapBefore = process.memoryUsage().heapUsed
  const start = performance.now()
  reader.push(file.subarray(0, 24))
  for (const chunk of chunks(file.subarray(24), (millions * 1e6) / framesPerChunk)) {
    reader.push(chunk)
    while (reader.next(frame)) {
      if (hasLink) decodeLink(frame, link)
      sum += hasLink ? link.networkLength : frame.capturedLength
    }
  }
  reader.finish()
  const seconds = (performance.now() - start) / 1000
  const heap = (process.memoryUsage().heapUsed - heapBefore) / 1e6
  const rate = reader.frameCount / seconds / 1e6
  console.log(
    `${name}: ${rate.toFixed(1)} million frames/s (${reader.frameCount} frames, ${seconds.toFixed(2)} s, heap ${heap.toFixed(1)} MB more, sum ${sum})`,
  )
}

for (let round = 0; round < 3; round += 1) {
  measure('pcap', false)
  measure('pcap and link layer', true)
}
