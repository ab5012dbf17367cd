/** The time of a replay: milliseconds since its first frame that has a time. It never runs back, whatever the frames' times do. */

export class Clock {
  /** Whole seconds since 1970 of the first frame with a time, and its milliseconds from there; -1: there is none yet. */
  origin = -1
  first = -1
  now = 0
  /** Frames that came before the time that it was. */
  backwards = 0

  /** On to the time of the next frame: seconds since 1970, and milliseconds on top. */
  set(seconds: number, milliseconds: number): void {
    if (this.origin < 0) this.origin = seconds
    const time = (seconds - this.origin) * 1000 + milliseconds
    if (this.first < 0) this.first = time
    const since = time - this.first
    if (since < this.now) this.backwards += 1
    else this.now = since
  }

  /**
   * On through the times of a block's frames, noting in `times` what time it is then. `hasTime` false: they have none. {@link now} stays as it was, for
   * whoever goes through the frames to set it.
   */
  read(count: number, hasTime: boolean, seconds: Float64Array, milliseconds: Float64Array, times: Float64Array): void {
    let { now } = this
    if (!hasTime || count === 0) {
      times.fill(now, 0, count)
      return
    }
    if (this.origin < 0) this.origin = seconds[0]!
    if (this.first < 0) this.first = (seconds[0]! - this.origin) * 1000 + milliseconds[0]!
    const { first, origin } = this
    let backwards = 0
    for (let i = 0; i < count; i++) {
      const since = (seconds[i]! - origin) * 1000 + milliseconds[i]! - first
      if (since < now) backwards++
      else now = since
      times[i] = now
    }
    this.backwards += backwards
  }

  /** As another clock stands that has seen the frames of this one, and those between. */
  follow(other: Clock): void {
    this.origin = other.origin
    this.first = other.first
    this.now = other.now
    this.backwards = other.backwards
  }
}
