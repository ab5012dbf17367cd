/** What rules give to entries: helpers, timeouts, expectations, and what a template asks for before conntrack (nft_ct, xt_CT). */

import type { Packet, Template } from '../packet/index.ts'
import { Expecting } from './expecting.ts'
import { findHelper, findHelperByPort } from './helpers/table.ts'
import { Status } from './status.ts'
import { policyTimeouts, type Timeouts, timeoutsOf } from './timeouts.ts'
import type { Tuple } from './tuple.ts'

/** `ct helper` object, as far as conntrack needs it. `family` null: both. */
export interface HelperAssignment {
  readonly helper: string
  readonly protocol: number
  readonly family: 4 | 6 | null
}

/** `ct timeout` object: seconds by state name. */
export interface TimeoutAssignment {
  readonly protocol: number
  readonly family: 4 | 6 | null
  readonly policy: Readonly<Record<string, number>>
}

/** `ct expectation` object. `timeout` is the number that nft sends (its milliseconds), which the kernel takes for seconds. */
export interface ExpectationAssignment {
  readonly protocol: number
  readonly family: 4 | 6 | null
  readonly destinationPort: number
  readonly timeout: number
  readonly size: number
}

export class Assigning extends Expecting {
  private readonly policyOf: WeakMap<TimeoutAssignment, Timeouts> = new WeakMap()

  /** `ct helper set`: on an unconfirmed entry of the object's protocol that has none yet; otherwise nothing. */
  assignHelper(packet: Packet, object: HelperAssignment): void {
    const entry = this.unconfirmed(packet, object)
    if (entry === 0 || (this.status(entry) & Status.helper) !== 0) return
    // One that was expected together with its helper keeps it; and what expects already gets none.
    const side = this.side(entry)
    if (side && (side.helper || side.expectations.length > 0)) return
    const helper = findHelper(object.helper, object.protocol, this.family(entry))
    if (!helper) return
    this.sideOf(entry).helper = { helper, memory: new Int32Array(helper.memoryWords) }
    this.addStatus(entry, Status.helper)
  }

  /** `ct timeout set`: on an unconfirmed entry of the object's protocol. */
  assignTimeout(packet: Packet, object: TimeoutAssignment): void {
    // The kernel looks at the transport protocol alone, and never replaces a policy.
    const entry = this.unconfirmed(packet, { ...object, family: null })
    if (entry === 0) return
    const policy = this.policyTimeouts(object)
    if (this.hasPolicy(entry)) this.setTicks(entry, this.timeoutsFor(entry, policy)[0]!)
    else if (this.setPolicy(entry, policy)) this.setTicks(entry, policy[0]!)
  }

  private policyTimeouts(object: TimeoutAssignment): Timeouts {
    let policy = this.policyOf.get(object)
    if (!policy) {
      policy = policyTimeouts(timeoutsOf(this.timeouts, object.protocol), object.protocol, object.policy)
      this.policyOf.set(object, policy)
    }
    return policy
  }

  private unconfirmed(packet: Packet, object: { readonly protocol: number; readonly family: 4 | 6 | null }): number {
    const { entry } = packet
    if (entry === 0 || (this.status(entry) & Status.confirmed) !== 0) return 0
    if (this.protocol(entry) !== object.protocol) return 0
    return object.family === null || object.family === this.family(entry) ? entry : 0
  }

  /**
   * `ct expectation set`: expects a connection from the server to the client of an unconfirmed entry. `break`: the rule does not
   * match (no such entry, or `size` reached); `drop`: the expectation cannot be made.
   */
  expect(packet: Packet, object: ExpectationAssignment): 'made' | 'break' | 'drop' {
    const { entry } = packet
    if (entry === 0 || (this.status(entry) & Status.confirmed) !== 0) return 'break'
    if (this.sideOf(entry).expectations.length >= object.size) return 'break'
    const family = object.family ?? this.family(entry)
    const far = packet.isReply ? 0 : 1
    // An object may name the other family than the entry's: the kernel then cuts the address off, or fills it with zeros.
    // The kernel takes it for one of the entry's helper, if there is one: its policy counts as well.
    const helper = this.side(entry)?.helper?.helper
    const policy = helper?.policies(this.settings.parameters)[0]
    const announcement = {
      master: entry,
      family,
      helper: helper?.name ?? null,
      timeoutSeconds: object.timeout + (policy?.timeoutSeconds ?? 0),
      maximum: policy?.maximum ?? 0,
    }
    const request = {
      class: 0,
      protocol: object.protocol,
      source: this.address(entry, far, 0),
      destination: this.address(entry, far, 1),
      destinationPort: object.destinationPort,
      payloadFrom: packet.start,
      payloadTo: packet.start,
    }
    return this.expectFrom(packet, announcement, request) === null ? 'made' : 'drop'
  }

  /** All but the helper, which an expected entry does not take. */
  protected applyTemplate(entry: number, { timeout, eventMask, expectationMask }: Template): void {
    if (timeout && isFor(timeout, this.protocol(entry), this.family(entry))) {
      this.setPolicy(entry, this.policyTimeouts(timeout))
    }
    if (eventMask !== 0 || expectationMask !== 0) {
      this.sideOf(entry).events = { entry: eventMask, expectations: expectationMask }
    }
  }

  protected assignFirstHelper(entry: number, template: Template | null): void {
    const asked = template?.helper
    if (!asked) return this.assignByPort(entry)
    const helper = isFor(asked, this.protocol(entry), this.family(entry))
      ? findHelper(asked.helper, asked.protocol, this.family(entry))
      : null
    if (!helper) return
    this.sideOf(entry).helper = { helper, memory: new Int32Array(helper.memoryWords) }
    this.addStatus(entry, Status.helper)
  }

  /** NAT changes what answers look like; kernels before 6.0 then looked for a helper again. */
  override alterReply(entry: number, tuple: Tuple): void {
    super.alterReply(entry, tuple)
    if (!this.settings.isHelperAutomatic) return
    const side = this.side(entry)
    if (!side?.master && (side?.expectations.length ?? 0) === 0) this.assignByPort(entry)
  }

  /**
   * Kernels before 6.0 with nf_conntrack_helper=1 (nf_ct_lookup_helper): the helper of the port that answers come from, for a new
   * entry and whenever NAT changes its reply tuple before it is confirmed. A helper that a rule gave stays.
   */
  private assignByPort(entry: number): void {
    if (!this.settings.isHelperAutomatic || (this.status(entry) & Status.helper) !== 0) return
    const { ports } = this.settings.parameters
    const helper = findHelperByPort(this.port(entry, 1, 0), this.protocol(entry), this.family(entry), ports)
    const side = this.side(entry)
    if (!helper) {
      if (side) side.helper = null
      return
    }
    if (side?.helper?.helper === helper) return
    // One may not take the place of another: the kernel then takes the first away.
    this.sideOf(entry).helper = side?.helper ? null : { helper, memory: new Int32Array(helper.memoryWords) }
  }
}

/** Whether what a template carries was made for such entries. */
const isFor = (
  object: { readonly protocol: number; readonly family: 4 | 6 | null },
  protocol: number,
  family: 4 | 6,
): boolean => object.protocol === protocol && (object.family === null || object.family === family)
