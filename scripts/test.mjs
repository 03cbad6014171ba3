// `npm test`: checks, builds, then runs the unit tests, the tests of the training kit and the stories in a real
// browser, and ends with one line that counts them all. `node scripts/test.mjs unit|kit|e2e` runs a part.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { check } from './check.mjs';
import { ensureChromium } from './chromium.mjs';
import { installDebian, isRootOnDebian, root, runPackage } from './run.mjs';
import { electronProgram, whyNoWindow } from './start.mjs';

const results = join(root, 'out', 'test');
const parts = process.argv.slice(2);
const wanted = (part) => parts.length === 0 || parts.includes(part);
const total = { passed: 0, failed: 0 };

function count(part, passed, failed, ok) {
  total.passed += passed;
  // A part that failed without naming a failed test counts as one failure.
  total.failed += ok ? failed : Math.max(1, failed);
  console.log(`${part}: ${passed} passed, ${ok ? failed : Math.max(1, failed)} failed`);
}

function readReport(name) {
  const path = join(results, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

function unit() {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(results, 'unit.json')}`];
  const status = runPackage('vitest', 'vitest', args);
  const report = readReport('unit.json');
  count('Unit tests', report?.numPassedTests ?? 0, report?.numFailedTests ?? 0, status === 0 && report !== null);
}

/** The training kit's tests need PyTorch: an installed one, or as root Debian's package. Without it they are skipped. */
function kit() {
  const python = process.platform === 'linux' && existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const hasTorch = () => spawnSync(python, ['-c', 'import torch, cv2, onnx']).status === 0;
  if (!hasTorch() && isRootOnDebian) {
    console.log('Installing Debian’s PyTorch for the tests of the training kit');
    installDebian('python3-torch', 'python3-opencv', 'python3-onnx');
  }
  if (!hasTorch()) {
    console.log('Training kit: NOT TESTED, there is no Python with torch, cv2 and onnx here');
    return;
  }
  // The captions use fonts that training does not use.
  const runCaptions = (code) =>
    spawnSync(python, ['-c', `from training.evaluation import captions; ${code}`], {
      cwd: join(root, 'models'),
      encoding: 'utf8',
    });
  if (runCaptions('import PIL; captions.find_fonts()').status !== 0 && isRootOnDebian) {
    const packages = runCaptions('print(*captions.PACKAGES)').stdout.trim().split(' ');
    installDebian('python3-pil', ...packages);
  }
  const { status, stdout, stderr } = spawnSync(
    python,
    ['-m', 'unittest', 'discover', '-v', '-s', 'training/tests', '-t', '.'],
    { cwd: join(root, 'models'), encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '2' }, maxBuffer: 2 ** 28 },
  );
  const log = `${stdout}${stderr}`;
  const ran = Number(/^Ran (\d+) tests?/m.exec(log)?.[1] ?? 0);
  const bad = [...log.matchAll(/(?:failures|errors)=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
  if (status !== 0) console.log(log);
  count('Training kit', ran - bad, bad, status === 0);
}

/** The stories of shared batches need Redis: an installed one, or as root Debian's. Without it they are skipped. */
function ensureRedis() {
  const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0;
  if (!hasRedis() && isRootOnDebian) {
    console.log('Installing Debian’s Redis for the stories of queues');
    installDebian('redis-server');
  }
  return hasRedis();
}

function e2e() {
  const hasRedis = ensureRedis();
  const chromium = ensureChromium();
  if (chromium === null) {
    console.log('No Chromium could be found or installed; the stories in the browser cannot run.');
    count('Stories', 0, 1, false);
    return;
  }
  const env = {
    ...process.env,
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(results, 'e2e.json'),
  };
  const status = runPackage('@playwright/test', 'playwright', ['test', '--reporter=list,json'], { env });
  const stats = readReport('e2e.json')?.stats;
  count('Stories', (stats?.expected ?? 0) + (stats?.flaky ?? 0), stats?.unexpected ?? 0, status === 0);
  if (!hasRedis) console.log('Stories of queues: NOT TESTED, there is no redis-server here');
  const { platform } = process;
  const why = whyNoWindow({ platform, env: process.env, uid: process.getuid?.() });
  if (electronProgram() === undefined) console.log('Stories in Electron: NOT RUN, its binary is not installed here');
  else if (why !== undefined) console.log(`Stories in Electron: NOT RUN, ${why}`);
}

rmSync(results, { recursive: true, force: true });
if (parts.length === 0) {
  const ok = check();
  count('Types, lint and boundaries', ok ? 1 : 0, 0, ok);
}
// Build as the command line does, which would otherwise build again in the middle of a story.
const built = await ensureBuilt().then(
  () => true,
  (error) => {
    console.log(error.message);
    return false;
  },
);
count('Build', built ? 1 : 0, 0, built);
mkdirSync(results, { recursive: true });
if (wanted('unit')) unit();
if (wanted('kit')) kit();
if (wanted('e2e')) e2e();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
