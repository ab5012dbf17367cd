/** What `npm run bench` measures, in order: one line each adds a workload. */

/** What a figure should be. */
export type Target = { readonly least: number } | { readonly most: number }

export interface Workload {
  /** The program of this folder, which exports `measure`. */
  readonly name: string
  readonly title: string
  /** By the name of a figure, or by what stands behind the last colon of several; figures without one are told and not judged. */
  readonly targets: Readonly<Record<string, Target>>
}

const least = (value: number): Target => ({ least: value })
const most = (value: number): Target => ({ most: value })

export const workloads: readonly Workload[] = [
  {
    name: 'replay',
    title: '60,000 UDP flows, five rules, file to counters',
    targets: { rate: least(5), 'times the kernel': least(20) },
  },
  { name: 'million-flows', title: '1,000,000 UDP flows, five rules, file to counters', targets: { rate: least(1.5) } },
  { name: 'conntrack', title: 'conntrack alone', targets: { '1,000 flows': least(12) } },
  { name: 'tcp-mix', title: 'TCP mix with NAT, helper, sets, file to counters', targets: { rate: least(2) } },
  {
    name: 'many-rules',
    title: '10,000 rules, none matching, 60,000 flows',
    targets: { rate: least(2), 'cost against 10 rules': most(3) },
  },
  {
    name: 'sets',
    title: 'a million elements in a set',
    targets: { 'lookup, found': most(300), 'lookup, not found': most(300), 'from text to set': most(2000) },
  },
  {
    name: 'table-size',
    title: 'memory of a tracked IPv4 flow',
    targets: { 'bytes per flow': most(160), 'a million against 1,000': most(4) },
  },
  {
    name: 'workers',
    title: 'two workers on one capture',
    targets: { 'times one worker': least(1.7), 'identical output': least(1) },
  },
  {
    name: 'start',
    title: 'from the call to the first output',
    targets: { 'kinwall --version: first output': most(80), 'kinwall check, 100 rules: first output': most(150) },
  },
  {
    name: 'explain',
    title: 'the walk with every step recorded',
    targets: {
      'recorded: established, first rule': least(300_000),
      'recorded: new, five rules and the policy': least(300_000),
    },
  },
]

/** Programs of this folder that look closer at one part; no targets. `npm run bench NAME` runs them too. */
export const closerLooks: readonly string[] = ['capture', 'engine', 'rules', 'classify']
