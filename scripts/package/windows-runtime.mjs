// The Visual C++ runtime, which onnxruntime needs and which a fresh Windows does not have.
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What onnxruntime's binding asks for. */
export const RUNTIME = [
  'msvcp140.dll',
  'msvcp140_1.dll',
  'msvcp140_atomic_wait.dll',
  'vcruntime140.dll',
  'vcruntime140_1.dll',
];
/** The kind of processor in the header of a Windows library. */
const MACHINES = { x64: 0x8664, arm64: 0xaa64 };

/**
 * Copies the runtime beside onnxruntime's binding, where Windows looks first.
 *
 * @param {string} resources The folder with `app.asar.unpacked`.
 * @param {string} arch
 * @param {string} from A folder with the libraries, by default that of the system.
 */
export function addRuntime(resources, arch, from = systemFolder()) {
  const beside = join(
    ...[resources, 'app.asar.unpacked', 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', 'win32', arch],
  );
  const there = existsSync(from) ? readdirSync(from) : [];
  for (const name of RUNTIME) {
    const found = there.find((each) => each.toLowerCase() === name);
    if (found === undefined) {
      throw new Error(
        `${name} of the Visual C++ runtime is not in ${from}. Install the "Visual C++ Redistributable" for ${arch} on this computer, or name a folder that has its libraries in EMULSION_MSVC_RUNTIME.`,
      );
    }
    if (machineOf(join(from, found)) !== MACHINES[arch]) {
      throw new Error(
        `${name} in ${from} is not for ${arch}. Name a folder with the right libraries in EMULSION_MSVC_RUNTIME.`,
      );
    }
    copyFileSync(join(from, found), join(beside, name));
  }
}

const systemFolder = () =>
  process.env.EMULSION_MSVC_RUNTIME ?? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32');

/** @param {string} path */
function machineOf(path) {
  const bytes = readFileSync(path);
  // Offset 60 holds where the header of the new format begins; the kind of processor follows its mark.
  return bytes.length < 64 ? undefined : bytes.readUInt16LE(bytes.readUInt32LE(60) + 4);
}
