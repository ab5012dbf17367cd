/** The workloads whose speed is guarded: programs of bench/ that export `rounds`. One line each. */

export const guarded: readonly string[] = ['replay', 'conntrack', 'tcp-mix', 'many-rules']
