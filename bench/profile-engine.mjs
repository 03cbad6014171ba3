// Loaded into the engine's process before its own code (`--import`), by profile.ts. Records where its time goes: V8's samples,
// every run of a net, and the requests with their answers. The product itself has no code for this.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';

const { EMULSION_PROFILE: target, EMULSION_PROFILE_UNTIL: until } = process.env;
const entry = process.argv[1] ?? '';

if (target !== undefined && entry.endsWith('engine.js')) record();

/** Microseconds of the clock that V8's samples have. */
function now() {
  return Number(process.hrtime.bigint() / 1000n);
}

function record() {
  /** @type {{ net: string, from: number, to: number }[]} */
  const runs = [];
  /** @type {{ id: string, kind: string, size: string | null, from: number, to: number }[]} */
  const requests = [];
  const epoch = now() - 1000 * (performance.timeOrigin + performance.now());
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 500 });
  session.post('Profiler.start');

  const { InferenceSession } = createRequire(entry)('onnxruntime-node');
  const create = InferenceSession.create.bind(InferenceSession);
  InferenceSession.create = async (content, ...rest) => {
    const net = typeof content === 'string' ? content : createHash('sha256').update(content).digest('hex');
    const from = now();
    const made = await create(content, ...rest);
    runs.push({ net: `load ${net}`, from, to: now() });
    const run = made.run.bind(made);
    made.run = async (...args) => {
      const begun = now();
      try {
        return await run(...args);
      } finally {
        runs.push({ net, from: begun, to: now() });
      }
    };
    return made;
  };

  process.on('message', (message) => {
    const { type, id, kind, body } = message;
    if (type === 'request') requests.push({ id, kind, size: body?.size ?? null, from: now(), to: 0 });
  });
  const send = process.send.bind(process);
  process.send = (message, ...rest) => {
    const request = message.type === 'answer' ? requests.find(({ id }) => id === message.id) : undefined;
    if (request) request.to = now();
    // The process is killed as soon as it is no longer needed, so everything is written before the last answer.
    if (request && until === [request.kind, request.size].filter(Boolean).join(' ')) {
      session.post('Profiler.stop', (_, result) => {
        if (result) writeFileSync(target, JSON.stringify({ profile: result.profile, epoch, runs, requests }));
      });
    }
    return send(message, ...rest);
  };
}
