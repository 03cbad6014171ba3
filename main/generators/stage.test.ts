import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOpenModel } from './inspect/open-model';
import { stageModel } from './stage';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stage-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A zip file with these files, packed or not. */
function zip(files: Record<string, Buffer | string>, change: { size?: number } = {}): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const isPacked = bytes.length > 100;
    const packed = isPacked ? deflateRawSync(bytes) : bytes;
    const fields = Buffer.alloc(20);
    fields.writeUInt16LE(isPacked ? 8 : 0, 2);
    fields.writeUInt32LE(crc32(bytes), 8);
    fields.writeUInt32LE(packed.length, 12);
    fields.writeUInt32LE(change.size ?? bytes.length, 16);
    const names = Buffer.alloc(4);
    names.writeUInt16LE(Buffer.byteLength(name));
    const local = Buffer.concat([Buffer.from('PK\x03\x04\x14\0', 'latin1'), fields, names, Buffer.from(name), packed]);
    // The name's length stands after the sizes, in the list as well.
    const head = Buffer.alloc(46);
    head.write('PK\x01\x02', 0, 'latin1');
    fields.copy(head, 8, 0, 20);
    head.writeUInt16LE(Buffer.byteLength(name), 28);
    head.writeUInt32LE(at, 42);
    list.push(head, Buffer.from(name));
    parts.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

const NET = Buffer.alloc(5000, 'net');
const CONFIG = { id: 'denoise-nafnet', name: 'NAFNet', task: 'denoise', license: 'MIT' };
const write = async (bytes: Buffer) => {
  const path = join(folder, 'package.dtmodel');
  await writeFile(path, bytes);
  return path;
};
const refusal = (key: string) => ({ code: 'GENERATOR_REFUSED', reason: [{ key: `models.refused.${key}` }] });

describe('a package of darktable', () => {
  it('is unpacked, with its description beside the net', async () => {
    const bytes = zip({ 'denoise-nafnet/config.json': JSON.stringify(CONFIG), 'denoise-nafnet/model.onnx': NET });
    const path = await stageModel(await write(bytes), [], join(folder, 'out'));
    expect(path).toBe(join(folder, 'out', 'denoise-nafnet.onnx'));
    expect(await readFile(path)).toEqual(NET);
    const beside = await readFile(join(folder, 'out', 'denoise-nafnet.json'), 'utf8');
    expect(readOpenModel(beside, '')).toMatchObject({
      name: 'NAFNet',
      values: { task: 'denoise', inputRange: '0..1', order: 'rgb', licence: 'MIT', commercial: 'yes' },
    });
  });

  it('with a net for each scale gives the one that enlarges most, and its name says so', async () => {
    const bytes = zip({ 'a/model_x2.onnx': 'small', 'a/model_x4.onnx': NET, 'a/config.json': '{"id": "up"}' });
    expect(await stageModel(await write(bytes), [], join(folder, 'out'))).toBe(join(folder, 'out', 'up_x4.onnx'));
  });

  it('never leads out of the folder, whatever it calls itself', async () => {
    const bytes = zip({ '../../model.onnx': NET, 'config.json': '{"id": "../../up"}' });
    const path = await stageModel(await write(bytes), [], join(folder, 'out'));
    expect(path.startsWith(join(folder, 'out', '..-..-up'))).toBe(true);
  });

  it('is refused with the reason if its net takes raw data, is one of several, or is missing', async () => {
    for (const [files, key] of [
      [{ 'config.json': '{"task": "rawdenoise"}', 'model.onnx': NET }, 'raw'],
      [{ 'encoder.onnx': NET, 'decoder.onnx': NET }, 'helper'],
      [{ 'readme.txt': 'nothing' }, 'notPackage'],
    ] as const) {
      await expect(stageModel(await write(zip(files)), [], join(folder, 'out'))).rejects.toMatchObject(refusal(key));
    }
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('is refused if it is damaged anywhere, or unpacks to another size than it says', async () => {
    const whole = zip({ 'config.json': JSON.stringify(CONFIG), 'model.onnx': NET });
    for (let cut = 0; cut < whole.length; cut += 7) {
      const staged = stageModel(await write(whole.subarray(0, cut)), [], join(folder, `cut-${cut}`));
      await expect(staged, String(cut)).rejects.toMatchObject(refusal('notPackage'));
    }
    for (const size of [NET.length - 1, NET.length + 1]) {
      const staged = stageModel(await write(zip({ 'model.onnx': NET }, { size })), [], join(folder, `size-${size}`));
      await expect(staged, String(size)).rejects.toMatchObject(refusal('notPackage'));
    }
    // Flipped bits give an error of Emulsion, or another net, and never anything else.
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      await stageModel(await write(bytes), [], join(folder, `flip-${at}`)).catch((error) =>
        expect(error, String(at)).toMatchObject({ code: 'GENERATOR_REFUSED' }),
      );
    }
  });
});

it('puts weights from elsewhere beside their net, and leaves others where they are', async () => {
  const [one, other] = [join(folder, 'one', 'net.onnx'), join(folder, 'other', 'net.onnx.data')];
  for (const path of [one, other]) {
    await mkdir(join(path, '..'));
    await writeFile(path, path);
  }
  const path = await stageModel(one, [other], join(folder, 'out'));
  expect(path).toBe(join(folder, 'out', 'net.onnx'));
  expect(await readFile(`${path}.data`, 'utf8')).toBe(other);
  expect(await stageModel(one, [join(folder, 'one', 'net.onnx.data')], join(folder, 'out'))).toBe(one);
});
