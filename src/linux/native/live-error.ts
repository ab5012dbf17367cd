/** What goes wrong with a live kernel and is no fault of our own: the message is for the person who asked. */

/** Refusals of the kernel and its programs, and wishes that cannot be carried out. */
export class LiveError extends Error {}
