/** How text is set off for people: functions that the edge fills with colours, or that leave it alone. */

/** Each wraps a text; what it means, not how it looks. */
export interface Style {
  heading(text: string): string
  good(text: string): string
  bad(text: string): string
  warning(text: string): string
  faint(text: string): string
}

const same = (text: string): string => text

export const plain: Style = { heading: same, good: same, bad: same, warning: same, faint: same }
