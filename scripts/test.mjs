// `npm test`: checks, builds, then runs the unit tests beside the tests of the training kit, and the stories in a real
// browser, and ends with one line that counts them all. `node scripts/test.mjs unit|kit|e2e` runs a part.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { check } from './check.mjs';
import { ensureChromium } from './chromium.mjs';
import { runIsolated, whyNotIsolated } from './isolated.mjs';
import { installDebian, isRootOnDebian, root, run, runBeside, scriptOf } from './run.mjs';
import { electronProgram, whyNoWindow } from './start.mjs';

const results = join(root, 'out', 'test');
const parts = process.argv.slice(2);
const wanted = (part) => parts.length === 0 || parts.includes(part);
const total = { passed: 0, failed: 0 };
/** Every test with the seconds it took. @type {{ part: string, name: string, seconds: number }[]} */
const timed = [];
const SLOWEST = 10;

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

async function unit() {
  // Metadata are compared with what exiftool reads. Without it that test is skipped.
  if (spawnSync('exiftool', ['-ver']).status !== 0 && isRootOnDebian) installDebian('libimage-exiftool-perl');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(results, 'unit.json')}`];
  const { status } = await runBeside(process.execPath, [scriptOf('vitest', 'vitest'), ...args]);
  const report = readReport('unit.json');
  for (const file of report?.testResults ?? []) {
    for (const { fullName, duration } of file.assertionResults) {
      const name = `${relative(root, file.name)}: ${fullName}`;
      timed.push({ part: 'unit', name, seconds: (duration ?? 0) / 1000 });
    }
  }
  count('Unit tests', report?.numPassedTests ?? 0, report?.numFailedTests ?? 0, status === 0 && report !== null);
}

/** The training kit's tests need PyTorch: an installed one, or as root Debian's package. Without it they are skipped. */
async function kit() {
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
  // Where the unit tests run beside it, only one of the two speaks.
  const quiet = wanted('unit');
  const { status, output } = await runBeside(
    python,
    ['-m', 'training.tests.suite', '--report', join(results, 'kit.json')],
    { cwd: join(root, 'models'), quiet },
  );
  if (quiet) console.log(output);
  const report = readReport('kit.json');
  for (const { name, seconds } of report?.tests ?? []) timed.push({ part: 'kit', name, seconds });
  count('Training kit', report?.passed ?? 0, report?.failed ?? 0, status === 0 && report !== null);
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
  const { platform } = process;
  const why =
    electronProgram() === undefined
      ? 'its binary is not installed here'
      : whyNoWindow({ platform, env: process.env, uid: process.getuid?.() });
  const hosts = why === undefined ? ['browser', 'electron-binary'] : ['browser'];
  stories('Stories alone', 'e2e-alone', chromium, [...hosts.map((host) => `--project=${host}-alone`), '--workers=1']);
  stories(
    'Stories',
    'e2e',
    chromium,
    [...hosts, 'electron'].map((host) => `--project=${host}`),
  );
  const whyOpen = whyNotIsolated();
  if (whyOpen !== undefined) console.log(`No connection to other computers: NOT COUNTED, ${whyOpen}`);
  if (!hasRedis) console.log('Stories of queues: NOT TESTED, there is no redis-server here');
  if (why !== undefined)
    console.log(`Stories in Electron’s own binary: NOT RUN, ${why}; its host ran under the stand-in`);
}

function stories(part, report, chromium, args) {
  const env = {
    ...process.env,
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(results, `${report}.json`),
  };
  const command = [scriptOf('@playwright/test', 'playwright'), 'test', '--reporter=list,json', ...args];
  const { status, attempts } =
    whyNotIsolated() === undefined
      ? runIsolated(process.execPath, command, { env })
      : { status: run(process.execPath, command, { env }), attempts: 0 };
  if (attempts > 0) console.log(`${part}: ${attempts} packets were meant for other computers, and there must be none`);
  const { stats, suites = [] } = readReport(`${report}.json`) ?? {};
  const add = (suite) => {
    for (const { file, title, tests } of suite.specs) {
      for (const { projectName, results: tries } of tests) {
        const seconds = tries.reduce((sum, { duration }) => sum + duration, 0) / 1000;
        timed.push({ part: projectName, name: `${file}: ${title}`, seconds });
      }
    }
    for (const inner of suite.suites ?? []) add(inner);
  };
  for (const suite of suites) add(suite);
  count(part, (stats?.expected ?? 0) + (stats?.flaky ?? 0), stats?.unexpected ?? 0, status === 0 && attempts === 0);
}

function printSlowest() {
  const slowest = timed.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST);
  if (slowest.length === 0) return;
  console.log('Slowest tests:');
  for (const { part, name, seconds } of slowest) {
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${`[${part}]`.padEnd(10)} ${name}`);
  }
}

rmSync(results, { recursive: true, force: true });
// Programs that a test kills leave their temporary files behind; all of them go with this folder.
const temporary = mkdtempSync(join(tmpdir(), 'emulsion-suite-'));
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = temporary;
process.on('exit', () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
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
await Promise.all([wanted('unit') && unit(), wanted('kit') && kit()]);
if (wanted('e2e')) e2e();
printSlowest();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
