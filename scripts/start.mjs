// `npm start`: the main job, shown on the bundled recording, and what to try next.

import { spawnSync } from 'node:child_process'
import { environment, root } from './environment.mjs'

const office = 'examples/office'
const replay = ['replay', '-r', `${office}/fw.nft`, `${office}/office.pcapng`, '--host', `${office}/host.yaml`]

process.stdout.write(`Kinwall replays a recorded capture through the ruleset of the firewall it was taken on
(examples/office/README.md says what is in it):

$ bin/kinwall ${replay.join(' ')}

`)
const { status, error } = spawnSync('bin/kinwall', replay, {
  cwd: root,
  env: environment,
  stdio: 'inherit',
})
if (error) process.stderr.write(`bin/kinwall could not be run: ${error.message}\n`)
if (status === 0) {
  process.stdout.write(`
Try next:
  bin/kinwall ${replay.join(' ')} --packets        every packet, with the reason
  bin/kinwall replay -r ${office}/fw.nft ${office}/wan.pcap --between inside=10.0.1.0/24
                                               a capture that was not taken on the firewall
  bin/kinwall --help                           everything else; then your own ruleset and capture
`)
}
process.exit(status ?? 1)
