// Runs a program where it can reach nothing but this computer, and counts what it tried to send elsewhere. Linux, as root.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './run.mjs';

/**
 * In a network of its own: loopback, and a cable that leads nowhere. All that is for other computers goes into the cable, so
 * that its counter tells of every attempt, also of a program that says nothing about its failure.
 */
const SCRIPT = `
  ip link set lo up &&
  ip link add out type veth peer name nowhere &&
  echo 1 > /proc/sys/net/ipv6/conf/out/disable_ipv6 &&
  echo 1 > /proc/sys/net/ipv6/conf/nowhere/disable_ipv6 &&
  ip addr add 192.0.2.1/24 dev out &&
  ip link set nowhere up &&
  ip link set out up &&
  ip route add default via 192.0.2.2 dev out || exit 125
  counted=$1
  shift
  "$@"
  code=$?
  sed -n 's/^ *out: *//p' /proc/net/dev > "$counted"
  exit $code
`;
/** Where in a line of /proc/net/dev the number of sent packets is. */
const SENT = 9;

/** Why programs cannot be isolated here; undefined if they can. @returns {string | undefined} */
export function whyNotIsolated() {
  if (process.platform !== 'linux') return 'only Linux has network namespaces';
  if (process.getuid?.() !== 0) return 'it needs root';
  const { status } = runIsolated('true', []);
  return status === 0 ? undefined : 'network namespaces cannot be made here';
}

/**
 * @param {string} program
 * @param {string[]} parameters
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {{ status: number, attempts: number }} The exit code, and how many packets were for other computers.
 */
export function runIsolated(program, parameters, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'emulsion-isolated-'));
  const counted = join(folder, 'counted');
  try {
    const { status } = spawnSync('unshare', ['--net', 'sh', '-c', SCRIPT, 'sh', counted, program, ...parameters], {
      cwd: root,
      stdio: 'inherit',
      ...options,
    });
    if (status === null || status === 125) return { status: status ?? 1, attempts: 0 };
    return { status, attempts: Number(readFileSync(counted, 'utf8').trim().split(/\s+/)[SENT]) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
