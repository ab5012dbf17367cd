/** `kinwall conntrack`: the connection tracking table after a replay, or what happened to it, as conntrack(8) prints them. */

import type { Command } from 'commander'
import type { Replay } from '../../../analysis/replay/index.ts'
import {
  type ConntrackListener,
  entrySnapshot,
  eventSnapshot,
  expectationSnapshot,
  listEntry,
  listEvent,
  listExpectation,
  listExpectationEvent,
} from '../../../model/conntrack/index.ts'
import { ExitCode } from '../exit-code.ts'
import { addReplayOptions, explainPartial, prepareReplay, type ReplayFlags, runReplay } from '../run-replay.ts'
import { Output } from '../terminal.ts'

interface Flags extends ReplayFlags {
  readonly events?: true
  readonly expect?: true
  readonly json?: true
}

const help = `
Entries and expectations that are alive when the capture ends, or with --events everything that happened to them.
An ICMP error makes neither event nor entry nor expectation: only "kinwall replay --packets" shows it.

Examples:
  kinwall conntrack -r fw.nft office.pcap
  kinwall conntrack -r fw.nft office.pcap --expect --events
`

export function configure(command: Command): void {
  addReplayOptions(command)
    .option('--events', 'events in the order in which they happened, as conntrack -E prints them')
    .option('--expect', 'expectations in place of entries')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', help)
    .action(async (captures: string[], flags: Flags) => list(captures, flags))
}

async function list(captures: readonly string[], flags: Flags): Promise<void> {
  const output = new Output()
  const prepared = await prepareReplay(captures, flags)
  for (const words of prepared.guessed) process.stderr.write(`kinwall: ${words}\n`)
  const onStart = (replay: Replay): void => {
    if (flags.events) replay.conntrack.listener = listenerFor(replay, flags, output)
  }
  const finished = await runReplay(prepared, { output, onJudgment: null, onStart })
  if (!flags.events) listTable(finished.replay, flags, output)
  await output.flush()
  explainPartial(finished)
  process.exitCode = finished.isPartial ? ExitCode.findings : ExitCode.ok
}

function listTable({ conntrack }: Replay, flags: Flags, output: Output): void {
  if (flags.expect) {
    for (const one of conntrack.expectations()) {
      output.write(
        flags.json ? json('expectation', expectationSnapshot(conntrack, one)) : `${listExpectation(conntrack, one)}\n`,
      )
    }
    return
  }
  for (const entry of conntrack.entries()) {
    output.write(flags.json ? json('entry', entrySnapshot(conntrack, entry)) : `${listEntry(conntrack, entry)}\n`)
  }
}

const json = (type: string, value: object): string => `${JSON.stringify({ type, ...value })}\n`

function listenerFor({ conntrack }: Replay, flags: Flags, output: Output): ConntrackListener {
  return {
    entry: (kind, entry, changes) => {
      if (flags.expect) return
      const text = flags.json
        ? json('event', { event: kind, ...eventSnapshot(conntrack, kind, entry, changes) })
        : `${listEvent(conntrack, kind, entry, changes)}\n`
      output.write(text)
    },
    expectation: (kind, one) => {
      if (!flags.expect) return
      const text = flags.json
        ? json('expectation-event', { event: kind, ...expectationSnapshot(conntrack, one) })
        : `${listExpectationEvent(conntrack, kind, one)}\n`
      output.write(text)
    },
  }
}
