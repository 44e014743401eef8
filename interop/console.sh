#!/usr/bin/env bash
# A console that owes nothing to us: a shell behind a login, on whatever terminal it is started. The terminal echoes, and does not
# while the password is typed.
while true; do
  printf 'login: '
  IFS= read -r account || exit 1
  [[ -n $account ]] || continue # as getty does
  stty -echo
  printf 'Password: '
  IFS= read -r password
  stty echo
  printf '\n'
  [[ $account == admin && $password == secret ]] && break
  printf 'Login incorrect\n'
done
export PS1='unit# ' ENV=
exec dash -i
