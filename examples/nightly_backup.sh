#!/bin/sh
# An operator's nightly backup of a store on SQLite, while the service goes on:
#
#     examples/nightly_backup.sh sqlite:////var/lib/items/items.db /backups 14
#
# Makes a backup, has `items doctor` examine it, and keeps the newest 14. A backup that is
# not sound ends the script with an error, is kept for a look, and removes no older one.
set -eu

store=$1
folder=$2
keep=${3:-14}

mkdir -p "$folder"
backup=$folder/items-$(date -u +%Y%m%dT%H%M%SZ).db
items backup "$backup" --store "$store"
items doctor --store "sqlite:///$backup"

ls -1 "$folder"/items-*.db | sort -r | tail -n +"$((keep + 1))" | while read -r old; do
  rm -- "$old"
  echo "removed $old"
done
