/** Keys of `meta` and `ct` by nft's names: the machine's key, width and type. Data only. */

import type { ConntrackKey, MetaKey } from '../../../model/rules/index.ts'
import type { DataType } from './datatype.ts'
import { integerType, stringType, dataTypes as t } from './datatypes.ts'

/** Key in the machine, type; `bare`: the word may stand without `meta` before it. */
export interface MetaName {
  readonly key: MetaKey
  readonly type: DataType
  readonly bare: boolean
}

const meta = (key: MetaKey, type: DataType, bare = false): MetaName => ({ key, type, bare })

export const metaNames: Readonly<Record<string, MetaName>> = {
  length: meta('length', integerType(32)),
  protocol: meta('protocol', t.ether_type),
  nfproto: meta('nfproto', t.nf_proto),
  l4proto: meta('l4proto', t.inet_proto),
  priority: meta('priority', t.classid),
  mark: meta('mark', t.mark, true),
  iif: meta('iif', t.iface_index, true),
  iifname: meta('iifname', t.ifname, true),
  iiftype: meta('iiftype', t.iface_type, true),
  iifgroup: meta('iifgroup', t.devgroup, true),
  iifkind: meta('iifkind', t.ifname, true),
  oif: meta('oif', t.iface_index, true),
  oifname: meta('oifname', t.ifname, true),
  oiftype: meta('oiftype', t.iface_type, true),
  oifgroup: meta('oifgroup', t.devgroup, true),
  oifkind: meta('oifkind', t.ifname, true),
  sdif: meta('sdif', t.iface_index),
  sdifname: meta('sdifname', t.ifname),
  skuid: meta('skuid', t.uid, true),
  skgid: meta('skgid', t.gid, true),
  nftrace: meta('nftrace', integerType(1), true),
  rtclassid: meta('rtclassid', t.realm, true),
  pkttype: meta('pkttype', t.pkt_type, true),
  cpu: meta('cpu', integerType(32), true),
  cgroup: meta('cgroup', integerType(32), true),
  random: meta('random', integerType(32)),
  ipsec: meta('secpath', t.boolean, true),
  secpath: meta('secpath', t.boolean),
  secmark: meta('secmark', integerType(32)),
  time: meta('time', t.instant, true),
  day: meta('day', t.day, true),
  hour: meta('hour', t.hour, true),
}

/** Key in the machine, type, and whether a direction may or must stand before it. */
export interface ConntrackName {
  readonly key: ConntrackKey
  readonly type: DataType
  readonly direction: 'never' | 'optional' | 'needed'
}

const ct = (key: ConntrackKey, type: DataType, direction: ConntrackName['direction'] = 'never'): ConntrackName => ({
  key,
  type,
  direction,
})

export const conntrackNames: Readonly<Record<string, ConntrackName>> = {
  state: ct('state', t.ct_state),
  direction: ct('direction', t.ct_dir),
  status: ct('status', t.ct_status),
  mark: ct('mark', t.mark),
  secmark: ct('secmark', integerType(32)),
  expiration: ct('expiration', t.time),
  helper: ct('helper', stringType(128)),
  label: ct('label', t.ct_label),
  id: ct('id', t.ct_id),
  zone: ct('zone', integerType(16), 'optional'),
  l3proto: ct('l3proto', t.nf_proto, 'optional'),
  protocol: ct('protocol', t.inet_proto, 'optional'),
  'proto-src': ct('proto-src', t.inet_service, 'optional'),
  'proto-dst': ct('proto-dst', t.inet_service, 'optional'),
  bytes: ct('bytes', integerType(64), 'optional'),
  packets: ct('packets', integerType(64), 'optional'),
  avgpkt: ct('avgpkt', integerType(64), 'optional'),
}
