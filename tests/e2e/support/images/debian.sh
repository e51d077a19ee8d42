#!/bin/sh
# A hook of mmdebstrap, in two parts: `base ROOT OUT` writes the first layer, a minimal Debian; `more ROOT OUT` lets apt change the system, as
# a line of a Dockerfile does, and writes what that changed, with whiteouts for what it took away.
set -eu
part=$1 root=$2 out=$3

# Not in an image: what mmdebstrap itself removes later, and what the system mounts.
listed() {
  cd "$root"
  find . -xdev \( -path './var/lib/apt/lists/*' -o -path './var/cache/apt/*' -o -path './var/log/*' -o -path './dev/*' -o -path './proc/*' \
    -o -path './sys/*' -o -path './run/*' -o -path './tmp/*' \) -prune -o "$@" -print | LC_ALL=C sort
}
archive() {
  tar --create --directory "$1" --no-recursion --numeric-owner --format=gnu --files-from "$2" --file "$3"
}

case $part in
base)
  listed > "$out/base.list"
  archive "$root" "$out/base.list" "$out/base.tar"
  touch "$out/base.time"
  # Whatever is written from here on has a later time.
  sleep 1
  ;;
more)
  # apt from outside, with the configuration of this system, for the system in there, as mmdebstrap itself does it.
  inside() {
    DEBIAN_FRONTEND=noninteractive apt-get -o Dir="$root" -o Dir::State::status="$root/var/lib/dpkg/status" \
      -o DPkg::Chroot-Directory="$root" -o DPkg::Use-Pty=false -o APT::Sandbox::User=root --yes "$@"
  }
  inside install --no-install-recommends python3-idna
  inside purge tzdata
  listed > "$out/more.list"
  listed ! -type d -cnewer "$out/base.time" > "$out/changed.list"
  archive "$root" "$out/changed.list" "$out/more.tar"
  # A whiteout of a folder takes what is in it away, so none is needed for that.
  LC_ALL=C comm -23 "$out/base.list" "$out/more.list" > "$out/gone.list"
  mkdir "$out/whiteouts"
  while read -r path; do
    folder=$(dirname "$path")
    grep -qxF "$folder" "$out/gone.list" && continue
    mkdir -p "$out/whiteouts/$folder"
    : > "$out/whiteouts/$folder/.wh.$(basename "$path")"
    echo "$folder/.wh.$(basename "$path")"
  done < "$out/gone.list" > "$out/whiteouts.list"
  archive "$out/whiteouts" "$out/whiteouts.list" "$out/whiteouts.tar"
  tar --concatenate --file "$out/more.tar" "$out/whiteouts.tar"
  ;;
esac
