// Loaded into a process before anything else (`node --import`): writes down and refuses every attempt to reach an
// address that is not this computer's loopback.
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { default: dgram } = await import('node:dgram');
const { default: dns } = await import('node:dns');
const { default: net } = await import('node:net');

const write = (line) => appendFileSync(process.env.EMULSION_NETWORK_LOG, `${line}\n`);
const isLoopback = (host) => host === undefined || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
const refuse = (what) => {
  write(what);
  throw new Error(`refused: ${what}`);
};

write(`watching ${process.pid}`);
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const isLocalSocket = typeof options === 'object' ? options.path !== undefined : typeof options === 'string';
  const host = typeof options === 'object' ? options.host : args[1];
  if (!isLocalSocket && !isLoopback(host)) refuse(`connect ${host}`);
  return connect.apply(this, args);
};
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  const original = dns[name];
  dns[name] = (host, ...rest) => (isLoopback(host) ? original(host, ...rest) : refuse(`${name} ${host}`));
}
dgram.Socket.prototype.send = () => refuse('datagram');
syncBuiltinESMExports();
