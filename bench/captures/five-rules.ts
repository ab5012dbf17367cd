/** The ruleset that the kernel and the model both run in the benches of UDP flows. */

export const fiveRules: string = `table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related counter accept
    ct state invalid drop
    iifname "inside" udp dport 53 accept
    iifname "inside" accept
    counter reject
  }
}
`
