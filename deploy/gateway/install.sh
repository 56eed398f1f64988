#!/bin/sh
# Installs or upgrades the gateway on this box. Run as root in the unpacked folder: ./install.sh
#   --root DIR   install below DIR instead of /, without users or services (images, trials)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=
while [ $# -gt 0 ]; do
  case $1 in
    --root) root=${2:?--root needs a folder}; shift 2 ;;
    *) echo "usage: install.sh [--root DIR]" >&2; exit 2 ;;
  esac
done
[ -n "$root" ] || [ "$(id -u)" = 0 ] || { echo "install.sh must run as root" >&2; exit 1; }

(cd "$here" && sha256sum --quiet -c SHA256SUMS) || { echo "this copy is damaged: fetch it again" >&2; exit 1; }
"$here/bin/node" --version >/dev/null || { echo "this archive is for another processor" >&2; exit 1; }

release=$(basename "$here")
target="$root/opt/civitals-gateway/$release"
mkdir -p "$root/opt/civitals-gateway" "$root/etc/civitals" "$root/usr/local/bin"
if [ "$here" != "$target" ]; then
  rm -rf "$target.new"
  cp -R "$here" "$target.new"
  rm -rf "$target"
  mv "$target.new" "$target"
fi
ln -sfn "$release" "$root/opt/civitals-gateway/current"
ln -sfn /opt/civitals-gateway/current/civitals "$root/usr/local/bin/civitals"
config="$root/etc/civitals/gateway.yaml"
# The service may write below its state folder alone.
[ -e "$config" ] || "$here/civitals" gateway run --print-default |
  sed 's|folder: ./spool$|folder: /var/lib/civitals-gateway/spool|' > "$config"

if [ -z "$root" ]; then
  id civitals >/dev/null 2>&1 || useradd --system --home-dir /var/lib/civitals-gateway --shell /usr/sbin/nologin civitals
  chown -R root:civitals /etc/civitals
  chmod 750 /etc/civitals
  if [ -d /run/systemd/system ]; then
    cp "$here/civitals-gateway.service" /etc/systemd/system/
    systemctl daemon-reload
    systemctl enable civitals-gateway
    systemctl try-restart civitals-gateway
  fi
fi
echo "installed $release. Next: edit $config, then
  sudo civitals gateway run --config $config --check
  sudo systemctl start civitals-gateway"
