#!/usr/bin/env bash
# Inside a network namespace: two simulated units, each in a namespace of its own, on a bridge with us. Asks them by broadcast,
# with socat and with pductl, and prints each line of what both say behind a word and a tab.
set -euo pipefail
pductl=$1

ip link set lo up
ip link add lan type bridge
ip address add 10.77.0.1/24 dev lan
ip link set lan up
ip route add default dev lan

started=()
trap 'kill "${started[@]}"' EXIT
for number in 11 12; do
  unshare --net sleep 600 &
  namespace=$!
  started+=("$namespace")
  # It has its own namespace only once unshare has become sleep.
  until [[ $(readlink "/proc/$namespace/ns/net") != "$(readlink /proc/self/ns/net)" ]]; do sleep 0.02; done
  ip link add "unit$number" type veth peer name eth0 netns "$namespace"
  ip link set "unit$number" master lan up
  nsenter --net --target "$namespace" ip address add "10.77.0.$number/24" dev eth0
  nsenter --net --target "$namespace" ip link set eth0 up
  exec {said}< <(exec nsenter --net --target "$namespace" "$pductl" simulate isotek --listen 0.0.0.0:501 --seed "$number")
  started+=($!)
  read -r _ <&"$said"
done
# A bridge forwards at once without the spanning tree protocol, but links take a moment to come up.
for _ in {1..50}; do
  answers=$(printf 'A?' | socat -t 1 - udp-datagram:255.255.255.255:501,broadcast)
  [[ $(wc -l <<<"$answers") -ge 2 ]] && break
done
while read -r line; do printf 'socat\t%s\n' "$line"; done <<<"$answers"
"$pductl" discover --json --wait 2s | while read -r line; do printf 'pductl\t%s\n' "$line"; done
