import { because, type Decisions, decide, FIELD_NAMES, type FieldName } from './decision';
import { readDescriptions } from './described';
import { Graph, type Head, headOf, type Tail, tailOf } from './ends';
import { knownFile } from './known';
import { findMask, findScalars, findSigma, holeMask } from './masks';
import type { OnnxFile } from './onnx-file';
import { readOpenModel } from './open-model';
import { largestDifference, type Planes } from './pictures';
import { Probe, RunFailed, type TrialNet } from './probe';
import { findReach } from './reach';
import { Refused, type Signature, shapeText, signatureOf, signatureOfPicture } from './signature';
import { findSizes, flatFor, photoFor, type Sizes, sideFrom } from './sizes';
import { coloursOf, orderOf, taskOf } from './tasks';
import { findRanges, shiftAt, type Trial } from './values';

/*
 * From a file to everything that is known about how to use it, in the order of how much each source is worth: a known
 * hash, what the file says of itself, the names and shapes of its interface, its constants, and trial runs.
 */

/** Operators of other makers need code that nobody has here. */
const DOMAINS = ['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'];

export interface Subject {
  /** Name of the file, which only breaks ties. */
  name: string;
  sha256: string;
  file: OnnxFile;
  /** A file beside it that describes it. */
  beside?: string;
  /** Loads the net. Throws what the runtime throws. */
  load(): Promise<TrialNet>;
  /** Called before each run, so that a run without an end is noticed. Throws if nobody waits any more. */
  announce(): Promise<void>;
}

export interface Found {
  decisions: Decisions;
  /** Name of a file that is known by its hash. */
  known: string | null;
  /** How many trial runs there were. */
  runs: number;
}

/** Throws Refused before any weights are read, if the file cannot be used for a reason that it shows. */
export function refuseByContent(file: OnnxFile): void {
  const functions = new Set(file.functions);
  for (const key of Object.keys(file.operators)) {
    const domain = key.slice(0, key.lastIndexOf(':'));
    if (!DOMAINS.includes(domain) && !functions.has(key)) throw new Refused('operator', { operator: key });
  }
  for (const name of file.external) {
    if (name === '' || /[\\/]/.test(name) || name === '.' || name === '..' || name.includes('\0'))
      throw new Refused('weightsOutside', { file: name });
  }
}

/** Decides everything. Throws Refused if the net cannot be used. */
export async function inspectNet(subject: Subject): Promise<Found> {
  const { file } = subject;
  refuseByContent(file);
  const decisions: Decisions = {};
  const known = knownFile(subject.sha256);
  const described = subject.beside === undefined ? null : readOpenModel(subject.beside, subject.sha256);
  if (known) {
    for (const field of FIELD_NAMES) {
      const value = known.values[field as FieldName];
      if (value !== undefined)
        decide(decisions, field, value as never, 'certain', because('known', { name: known.name }));
    }
  }
  for (const field of described ? FIELD_NAMES : []) {
    const value = described?.values[field];
    if (value !== undefined) decide(decisions, field, value as never, 'certain', because('beside'));
  }
  const graph = new Graph(file);
  const signature = signatureOf(file, graph, decisions);
  readDescriptions(file, signature.image.info, graph, decisions);
  const probe = new Probe(await loaded(subject), file, signature, subject.announce);
  if (decisions.normalise?.value === 'imagenet') probe.normalise = 'imagenet';
  if (decisions.output) probe.output = file.outputs.find((each) => each.name === decisions.output?.value) ?? null;
  const head = headOf(graph, signature.image.info.name, signature.image.channels);
  if (signature.image.info.type === 'uint8') {
    probe.range = '0..255';
    decide(decisions, 'inputRange', '0..255', 'certain', because('bytes'));
  } else probe.range = decisions.inputRange?.value ?? head.range ?? '0..1';
  if (signature.kind === 'fill') probe.maskValue = signature.mask?.info.type === 'uint8' ? 255 : 0;

  if (signature.kind === 'detector') await finder(probe, decisions);
  else await picture({ subject, graph, signature, probe, head, decisions });
  decide(
    decisions,
    'layout',
    probe.layout,
    'certain',
    because(signature.image.unsure ? 'layoutRuns' : 'layoutDeclared'),
  );
  rights(decisions);
  return { decisions, known: known?.name ?? described?.name ?? null, runs: probe.runs };
}

async function loaded(subject: Subject): Promise<TrialNet> {
  await subject.announce();
  try {
    return await subject.load();
  } catch (error) {
    if (error instanceof Refused) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new Refused('loadFails', { detail: detail.slice(0, 300) });
  }
}

/** A finder of faces only has to run. Its outputs are decoded by whoever uses it. */
async function finder(probe: Probe, decisions: Decisions): Promise<void> {
  const { image } = probe.signature;
  probe.range = decisions.inputRange?.value ?? '0..1';
  const [width, height] = [image.width ?? 640, image.height ?? 640];
  const outputs = await probe.raw(photoFor(probe, width, height)).catch((error: unknown) => {
    throw error instanceof RunFailed ? new Refused('neverRuns', { detail: error.message.slice(0, 200) }) : error;
  });
  if (Object.values(outputs).some(({ data }) => !data.every(Number.isFinite))) throw new Refused('notFinite');
  const fixed = image.width !== null && image.height !== null ? { width, height } : null;
  decide(
    decisions,
    'size',
    { multiple: fixed ? 1 : 32, remainder: 0, minimum: Math.min(width, height), square: false, fixed },
    fixed ? 'certain' : 'probable',
    because('declaredSize', { width, height }),
  );
  decide(
    decisions,
    'global',
    fixed ? 'fixed' : 'whole',
    'certain',
    because('signatureDetector', { decoder: decisions.decoder?.value ?? '' }),
  );
}

interface Work {
  subject: Subject;
  graph: Graph;
  signature: Signature;
  probe: Probe;
  head: Head;
  decisions: Decisions;
}

async function picture(work: Work): Promise<void> {
  const { subject, graph, signature, probe, head, decisions } = work;
  const { file, name } = subject;
  const { image, kind } = signature;
  const sizes = await findSizes(probe, decisions);
  const first = await probe.run(photoFor(probe, sizes.width, sizes.height));
  const output = probe.output;
  if (!output)
    throw new Refused('noPictureOut', { name: file.outputs[0]?.name ?? '', shape: shapeText(file.outputs[0]) });
  decide(
    decisions,
    'output',
    output.name,
    'certain',
    because(file.outputs.length > 1 ? 'outputChosen' : 'outputOnly', { outputs: file.outputs.length }),
  );
  decide(decisions, 'outputType', output.type as 'float32', 'certain', because('declared'));
  if (output.type === 'uint8') decide(decisions, 'outputRange', '0..255', 'certain', because('bytes'));
  if (first.channels === 4 && image.channels === 4) throw new Refused('alpha');
  if (image.channels === 4 && sizes.scale > 1) throw new Refused('raw');
  signatureOfPicture(file, signature, { output, channels: first.channels, scale: sizes.scale }, decisions);
  const tail = tailOf(graph, output.name);

  if (kind === 'mask') {
    segmenter(sizes, head, tail, decisions);
    return;
  }
  if (first.channels === 2) {
    if (head.range) decide(decisions, 'inputRange', head.range, 'certain', because('head', headFigures(head)));
    if (image.channels === 1 && head.range === '0..100')
      decide(decisions, 'channels', 'l100', 'certain', because('head', headFigures(head)));
    probe.range = decisions.inputRange?.value ?? '0..1';
    coloursOf(probe, await probe.run(photoFor(probe, sizes.width, sizes.height)), decisions);
    decide(
      decisions,
      'channels',
      image.channels === 1 ? 'luma' : 'rgb',
      'certain',
      because('channelsIn', { channels: image.channels }),
    );
    decide(decisions, 'inputRange', '0..1', 'open', because('rangeUsualAlone'));
    await orderOf(probe, sizes, head.order, null, name, decisions);
    wholePicture(decisions, sizes, because('coloursWhole'));
    return;
  }
  const trial = await values(work, sizes, tail);
  const { channels } = decisions;
  if (channels === undefined) {
    const value = image.channels === 1 ? 'luma' : 'rgb';
    decide(decisions, 'channels', value, 'certain', because('channelsIn', { channels: image.channels }));
  }
  const range = decisions.outputRange?.value;
  const outputRange = range === undefined || range === 'logits' || range === 'lab' ? '0..1' : range;
  if (kind === 'example') {
    wholePicture(decisions, sizes, because('exampleWhole'));
    await orderOf(probe, sizes, head.order, tail.order, name, decisions);
    return;
  }
  if (decisions.task?.value === 'inpaint') {
    await findReachWithHole(probe, sizes, outputRange, decisions);
    decide(decisions, 'outputChannels', 'rgb', 'certain', because('channelsOut', { channels: 3 }));
  } else {
    // A crop of a face is one picture, whatever could be done with it.
    if (decisions.task?.value === 'face') wholePicture(decisions, sizes, because('faceWhole'));
    await findReach(probe, sizes, outputRange, decisions);
    const out = await probe.run(photoFor(probe, sizes.width, sizes.height));
    await taskOf({ probe, sizes, file, tail, trial, decisions, name }, out);
    if (decisions.task?.value === 'upscale' || sizes.scale === 1)
      await shifts(probe, sizes, outputRange, trial, decisions);
  }
  await findScalars(probe, sizes, decisions);
  await orderOf(probe, sizes, head.order, tail.order, name, decisions);
  await flats(probe, sizes, outputRange, decisions);
}

const headFigures = ({ range, scale, shift }: Head) => ({
  range: range ?? '',
  scale: scale.map((value) => value.toPrecision(4)).join(' '),
  shift: shift.map((value) => value.toPrecision(4)).join(' '),
});

/** Ranges, and for nets with a mask or a map how it is given. */
async function values({ signature, probe, head, decisions }: Work, sizes: Sizes, tail: Tail): Promise<Trial | null> {
  const { kind, image } = signature;
  const tailRange = tail.range === 'logits' ? null : tail.range;
  if (kind === 'fill') {
    if (head.range) decide(decisions, 'inputRange', head.range, 'certain', because('head', headFigures(head)));
    if (!(await findMask(probe, sizes, tailRange, decisions, ['last']))) {
      for (const [field, value] of [
        ['maskPolarity', 'hole'],
        ['maskValue', '1'],
        ['composited', false],
      ] as const) {
        decide(decisions, field, value as never, 'open', because('maskUnknown'));
      }
      decide(decisions, 'inputRange', '0..1', 'open', because('maskUnknown'));
      decide(decisions, 'outputRange', '0..1', 'open', because('maskUnknown'));
    }
    probe.maskValue = wholeMask(decisions);
    return null;
  }
  if (image.channels === 4 || image.channels === 2) {
    if (await findSigma(probe, sizes, decisions)) return findRanges(probe, sizes, head, tail, decisions);
    if (image.channels === 4 && (await findMask(probe, sizes, tailRange, decisions, ['last', 'first']))) {
      const evidence = because('maskFourth');
      decide(decisions, 'task', 'inpaint', 'certain', evidence);
      decide(
        decisions,
        'channels',
        decisions.maskPlace?.value === 'first' ? 'mask+rgb' : 'rgb+mask',
        'certain',
        evidence,
      );
      probe.maskValue = wholeMask(decisions);
      return null;
    }
    const trial = await findRanges(probe, sizes, head, tail, decisions);
    decide(decisions, 'channels', image.channels === 2 ? 'luma+sigma' : 'rgb+mask', 'open', because('fourthUnknown'));
    decide(decisions, 'task', image.channels === 2 ? 'denoise' : 'inpaint', 'open', because('fourthUnknown'));
    return trial;
  }
  return findRanges(probe, sizes, head, tail, decisions);
}

/** The value of a mask without a hole. */
function wholeMask({ maskPolarity, maskValue }: Decisions): number {
  const [off, on] = maskValue?.value === '255' ? [0, 255] : maskValue?.value === 'centred' ? [-0.5, 0.5] : [0, 1];
  return maskPolarity?.value === 'known' ? on : off;
}

/** The reach of a filler shows in the hole alone, so the whole picture counts as one. */
async function findReachWithHole(
  probe: Probe,
  sizes: Sizes,
  range: Trial['outputRange'],
  decisions: Decisions,
): Promise<void> {
  const before = probe.maskValue;
  const photo = photoFor(probe, sizes.width, sizes.height);
  const { maskPolarity, maskValue } = decisions;
  if (!maskPolarity || !maskValue) return wholePicture(decisions, sizes, because('reachUnknown'));

  const mask = holeMask(sizes.width, sizes.height, { polarity: maskPolarity.value, value: maskValue.value });
  const other = { ...photo, data: photo.data.slice() };
  // What lies far from the hole, in the upper left corner.
  for (let c = 0; c < photo.channels; c++) {
    for (let y = 0; y < sizes.height / 6; y++) {
      const row = (c * sizes.height + y) * sizes.width;
      for (let x = 0; x < sizes.width / 6; x++) other.data[row + x] = 1 - other.data[row + x]!;
    }
  }
  const [one, two] = [await probe.attempt(photo, { mask }), await probe.attempt(other, { mask })];
  probe.maskValue = before;
  if (!one || !two) return wholePicture(decisions, sizes, because('reachUnknown'));
  const change = (255 * inHole(one, two)) / (range === '0..255' ? 255 : range === '-1..1' ? 2 : 1);
  const evidence = because('reachHole', { change: Math.round(change * 100) / 100 });
  if (change > 0.5 || sizes.isFixed) wholePicture(decisions, sizes, evidence);
  else {
    decide(decisions, 'global', 'none', 'probable', evidence);
    decide(decisions, 'halo', Math.floor(sizes.width / 4), 'probable', evidence);
    decide(decisions, 'overlap', 0, 'certain', evidence);
  }
}

/** The largest difference in the middle of two results. */
function inHole(one: Planes, two: Planes): number {
  let largest = 0;
  for (let i = 0; i < one.data.length; i++) {
    const [x, y] = [(i % one.width) / one.width, (Math.floor(i / one.width) % one.height) / one.height];
    if (x > 0.4 && x < 0.6 && y > 0.36 && y < 0.58) largest = Math.max(largest, Math.abs(one.data[i]! - two.data[i]!));
  }
  return largest;
}

function wholePicture(decisions: Decisions, { isFixed }: Sizes, evidence: ReturnType<typeof because>): void {
  decide(decisions, 'global', isFixed ? 'fixed' : 'whole', 'certain', evidence);
  decide(decisions, 'halo', 0, 'certain', evidence);
  decide(decisions, 'overlap', 0, 'certain', evidence);
}

function segmenter(sizes: Sizes, head: Head, tail: Tail, decisions: Decisions): void {
  const evidence = because('oneChannel');
  decide(decisions, 'task', 'segment', 'probable', evidence);
  decide(decisions, 'channels', 'rgb', 'certain', evidence);
  decide(decisions, 'order', 'rgb', 'probable', evidence);
  decide(decisions, 'outputChannels', 'mask', 'certain', evidence);
  const side = sizes.width;
  const bySize = because('maskSize', { side });
  if (head.range) decide(decisions, 'inputRange', head.range, 'certain', because('head', headFigures(head)));
  // The usual preparation goes with the size: 320 px U²-Net, 512 px MODNet. At 1024 px, and without a size, families differ.
  const isUsual = sizes.isFixed && (side === 320 || side === 512);
  if (isUsual && side === 320) decide(decisions, 'normalise', 'imagenet', 'probable', bySize);
  const usual = side === 512 || !sizes.isFixed ? '-1..1' : side === 1024 ? '-0.5..0.5' : '0..1';
  if (isUsual) decide(decisions, 'inputRange', usual, 'probable', bySize);
  else decide(decisions, 'inputRange', usual, 'open', because('maskNoSize'));
  const range = tail.range === '0..1' ? '0..1' : 'logits';
  decide(
    decisions,
    'outputRange',
    range,
    tail.by ? 'certain' : 'probable',
    because(tail.by ? 'tail' : 'rangeOut', { by: tail.by ?? '', range }),
  );
  wholePicture(decisions, sizes, bySize);
}

/** Nets whose padding was baked in at export return a picture that is moved at every other size. */
async function shifts(
  probe: Probe,
  sizes: Sizes,
  range: Trial['outputRange'],
  trial: Trial | null,
  decisions: Decisions,
): Promise<void> {
  if (sizes.isFixed || !trial || trial.r < 0.6 || sizes.scale < 1) return;
  const all = [sizes.width, sideFrom(sizes, sizes.width + sizes.multiple), sideFrom(sizes, 96), sideFrom(sizes, 128)];
  const sides = probe.seconds > 1 ? all.slice(0, 2) : all;
  const moved: number[] = [];
  for (const side of sides) moved.push(await shiftAt(probe, side, sizes, range));
  if (moved.every((distance) => distance === 0)) return;
  const good = sides.filter((_, i) => moved[i] === 0);
  const worst = Math.max(...moved);
  const bad = sides[moved.indexOf(worst)]!;
  const evidence = because('shifted', { side: bad, distance: worst, good: good[0] ?? 0 });
  if (good.length === 0) throw new Refused('shifted', { side: bad, distance: worst });
  const side = good[0]!;
  decisions.size = {
    value: { multiple: 1, remainder: 0, minimum: side, square: true, fixed: { width: side, height: side } },
    confidence: 'certain',
    evidence: [evidence],
  };
}

/** Whether the same input gives the same result, and whether black, white and grey go well. */
async function flats(probe: Probe, sizes: Sizes, range: Trial['outputRange'], decisions: Decisions): Promise<void> {
  const photo = photoFor(probe, sizes.width, sizes.height);
  const [one, two] = [await probe.attempt(photo), await probe.attempt(photo)];
  const unlike = one && two ? largestDifference(one.data, two.data) : 0;
  const isSame = unlike < 1e-4 * (range === '0..255' ? 255 : 1);
  decide(decisions, 'deterministic', isSame, 'certain', because('twice', { change: Math.round(1e4 * unlike) / 1e4 }));
  if (!isSame) {
    decisions.global = {
      value: sizes.isFixed ? 'fixed' : 'whole',
      confidence: 'certain',
      evidence: [because('twice', { change: unlike })],
    };
  }
  const low = range === '-1..1' ? -1 : 0;
  const high = range === '0..255' ? 255 : 1;
  const means: number[] = [];
  let diverges = false;
  for (const value of [0, 0.5, 1]) {
    const out = await probe.attempt(flatFor(probe, sizes, value));
    if (!out) return;
    const worst = out.data.reduce(
      (most, each) => Math.max(most, Number.isFinite(each) ? Math.abs(each) : Number.POSITIVE_INFINITY),
      0,
    );
    if (!(worst < 3 * Math.max(Math.abs(low), high))) diverges = true;
    const mean = out.data.reduce((sum, each) => sum + each, 0) / out.data.length;
    means.push((mean - low) / (high - low));
  }
  const [black, grey, white] = means.map((value) => Math.round(value * 1000) / 1000) as [number, number, number];
  decide(
    decisions,
    'guard',
    diverges,
    'certain',
    because('flats', { black: level(black), grey: level(grey), white: level(white) }),
  );
  const isNarrow = Math.abs(black - 0.15) < 0.03 && Math.abs(white - 0.85) < 0.03 && Math.abs(grey - 0.5) < 0.05;
  if (
    isNarrow &&
    range === '0..1' &&
    decisions.inputRange?.value === '0..1' &&
    decisions.inputRange.confidence !== 'certain'
  ) {
    const evidence = because('narrow', { black: level(black), white: level(white) });
    decisions.inputRange = { value: '0.15..0.85', confidence: 'open', evidence: [evidence] };
    decisions.outputRange = { value: '0.15..0.85', confidence: 'open', evidence: [evidence] };
  }
  const isPicture = decisions.outputChannels?.value === 'rgb' || decisions.outputChannels?.value === 'luma';
  // A net for linear light that keeps black and white treats the middle as much brighter or darker than it is.
  const isBent = Math.abs(black) < 0.05 && Math.abs(white - 1) < 0.05 && Math.abs(grey - 0.5) > 0.12;
  if (isPicture && isBent && decisions.task?.value !== 'style') {
    decide(decisions, 'light', grey > 0.5 ? 'linear' : 'srgb', 'open', because('bent', { grey: level(grey) }));
  } else decide(decisions, 'light', 'srgb', 'probable', because('lightUsual'));
}

/** A share in steps of 255. */
const level = (value: number) => Math.round(255 * value);

function rights(decisions: Decisions): void {
  decide(decisions, 'licence', '', 'probable', because('noLicence'));
  decide(decisions, 'commercial', 'unknown', 'probable', because('noLicence'));
  decide(decisions, 'author', '', 'probable', because('notSaid'));
  decide(decisions, 'source', '', 'probable', because('notSaid'));
}
