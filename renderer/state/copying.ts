import type { Crop, EditAction, EditState, MaskOp } from '../../contract/edit';
import type { Analysis, Photo } from '../../contract/photo';
import {
  type FaceSettings,
  type Recipe,
  STEP_KINDS,
  STEP_RANKS,
  type Step,
  type StepKind,
} from '../../contract/recipe';
import type { Scan } from '../../contract/scan';
import { DETECTED_MASK } from '../../document/mask';
import type { Size } from '../../document/size';
import type { OpenPhoto } from './model';
import { availableKinds, needOf, stepOf, withEnabled, withStep } from './recipes';

/** Taking settings over from one photo to others. */

/** What depends on where things are in a photo: it is left out unless a person chooses it. */
export const BOUND_PARTS = ['turn', 'crop', 'mask', 'styleMask', 'faceChoice'] as const;
export type BoundPart = (typeof BOUND_PARTS)[number];
export type CopyPart = StepKind | BoundPart;

/** Settings of a photo that were copied. They stay what they were when the photo changes. */
export interface Copied {
  /** The photo that they come from, by its key, its id and its name. */
  key: string;
  photoId: string;
  name: string;
  /** Of the photo, and of the page that it was cut out of; the same where it is the whole page. */
  size: Size;
  page: Size;
  edit: EditState;
  parts: readonly CopyPart[];
}

/** A part that can be copied from a photo. */
export interface OfferedPart {
  part: CopyPart;
  /** A step that is switched on; what depends on the photo is always there. */
  isOn: boolean;
}

/** The parts that a photo has, in the order of the steps. */
export function partsOf(edit: EditState, analysis: Analysis): OfferedPart[] {
  const { recipe, mask, repairs, styleMask, orientation, crop, scan } = edit;
  const isDrawn = JSON.stringify(mask) !== JSON.stringify(DETECTED_MASK) || repairs.length > 0;
  const bound: Record<BoundPart, boolean> = {
    turn: orientation !== 1,
    crop: crop !== null || scan !== null,
    mask: isDrawn,
    styleMask: styleMask.length > 0,
    faceChoice: stepOf(recipe, 'faces')?.settings.chosen !== undefined,
  };
  return [
    ...availableKinds(analysis, recipe).map((part) => ({ part, isOn: stepOf(recipe, part)?.enabled === true })),
    ...BOUND_PARTS.filter((part) => bound[part]).map((part) => ({ part, isOn: true })),
  ];
}

/** Whether a part is copied: as it was chosen last, else everything that does not depend on the photo. */
export const isCopied = (part: CopyPart, choices: Readonly<Record<string, boolean>>): boolean =>
  choices[part] ?? !BOUND_PARTS.some((bound) => bound === part);

/** Why a part was not taken over: the photo has another size, a step cannot run, or a mask from a file cannot be copied. */
export const LEFT_OUT = ['size', 'unavailable', 'bitmap'] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

export interface Pasted {
  /** Null: the photo has these settings already. */
  action: EditAction | null;
  left: readonly LeftOut[];
}

/**
 * What takes the copied settings over to a photo.
 *
 * @param mask The mask of the repair where it comes from a bitmap and was copied for this photo; null: it could not be copied
 */
export function pastedOnto(
  { edit, photo, analysis }: { edit: EditState; photo: Photo; analysis: Analysis },
  copied: Copied,
  mask: readonly MaskOp[] | null = copied.edit.mask,
): Pasted {
  const { parts, size } = copied;
  const has = (part: CopyPart) => parts.includes(part);
  const left = new Set<LeftOut>();
  let recipe = edit.recipe;
  for (const kind of STEP_KINDS.filter(has)) {
    const step = stepOf(copied.edit.recipe, kind);
    if (step === null) {
      if (stepOf(recipe, kind)?.enabled === true) recipe = withEnabled(recipe, kind, false);
    } else if (step.enabled && needOf(analysis, kind)?.available !== true) left.add('unavailable');
    else recipe = withStep(recipe, step.kind === 'faces' ? withFacesOf(step, stepOf(recipe, 'faces')) : step);
  }
  recipe = inOrderOf(recipe, copied.edit.recipe, parts);
  if (has('faceChoice')) {
    const faces = stepOf(recipe, 'faces');
    const chosen = stepOf(copied.edit.recipe, 'faces')?.settings.chosen;
    if (faces !== null) recipe = withStep(recipe, { ...faces, settings: withChosen(faces.settings, chosen) });
  }
  // With every step, the recipe is that of the other photo, and the result says so.
  if (copied.edit.recipe.steps.every(({ kind }) => has(kind)) && left.size === 0) {
    recipe = { ...recipe, id: copied.edit.recipe.id, name: copied.edit.recipe.name };
  }
  const isSameSize = photo.width === size.width && photo.height === size.height;
  const drawn = (part: BoundPart) => {
    if (has(part) && !isSameSize) left.add('size');
    return has(part) && isSameSize;
  };
  const hasMask = drawn('mask');
  if (hasMask && mask === null) left.add('bitmap');
  const hasStyleMask = drawn('styleMask');
  const isFromFile = copied.edit.styleMask.some(isBitmap);
  if (hasStyleMask && isFromFile) left.add('bitmap');
  const action: EditAction = {
    name: 'pasted',
    ...(JSON.stringify(recipe) !== JSON.stringify(edit.recipe) && { recipe }),
    ...(has('turn') && edit.orientation !== copied.edit.orientation && { orientation: copied.edit.orientation }),
    ...(has('crop') && { crop: copied.edit.crop && scaled(copied.edit.crop, size, photo) }),
    ...(hasMask && mask !== null && { mask: [...mask], repairs: copied.edit.repairs }),
    ...(hasStyleMask && !isFromFile && { styleMask: copied.edit.styleMask }),
  };
  const isSame = Object.entries(action).every(
    ([name, value]) => name === 'name' || JSON.stringify(value) === JSON.stringify(edit[name as keyof EditState]),
  );
  return { action: isSame ? null : action, left: [...left] };
}

export const isBitmap = ({ kind }: MaskOp): boolean => kind === 'bitmap';

type Faces = Extract<Step, { kind: 'faces' }>;

/** The settings of a step for faces, with the faces that were chosen in this photo. */
function withFacesOf(step: Faces, own: Faces | null): Faces {
  return { ...step, settings: withChosen(step.settings, own?.settings.chosen) };
}

function withChosen({ chosen: _, ...others }: FaceSettings, chosen: FaceSettings['chosen']): FaceSettings {
  return chosen === undefined ? others : { ...others, chosen };
}

/** Brings steps of the same rank into the order of another recipe, if more than one of them was copied. */
function inOrderOf(recipe: Recipe, other: Recipe, parts: readonly CopyPart[]): Recipe {
  const place = (kind: StepKind) => other.steps.findIndex((step) => step.kind === kind);
  const isMoved = ({ kind }: Step) => parts.includes(kind) && place(kind) >= 0;
  const moved = recipe.steps.filter(isMoved);
  const sorted = moved.toSorted((a, b) => STEP_RANKS[a.kind] - STEP_RANKS[b.kind] || place(a.kind) - place(b.kind));
  return { ...recipe, steps: recipe.steps.map((step) => (isMoved(step) ? sorted.shift()! : step)) };
}

/** The same part of a photo of another size. */
function scaled({ x, y, width, height }: Crop, from: Size, to: Size): Crop {
  const [across, down] = [to.width / from.width, to.height / from.height];
  const left = Math.min(to.width - 1, Math.round(x * across));
  const top = Math.min(to.height - 1, Math.round(y * down));
  return {
    x: left,
    y: top,
    width: Math.max(1, Math.min(to.width - left, Math.round(width * across))),
    height: Math.max(1, Math.min(to.height - top, Math.round(height * down))),
  };
}

/** The print that the copied settings cut out of a page; undefined: they do not say. */
export function pastedScan({ edit: { scan }, parts, page: from }: Copied, page: Size): Scan | undefined {
  if (!parts.includes('crop') || scan === null) return undefined;
  const [across, down] = [page.width / from.width, page.height / from.height];
  if (across === 1 && down === 1) return scan;
  const [a, b, c, d] = scan.corners.map(([x, y]) => [x * across, y * down] as const);
  return { corners: [a!, b!, c!, d!] };
}

/** Whether all photos are ready to be changed. */
export const isEditable = ({ phase, edit, analysis, photo }: OpenPhoto): boolean =>
  phase === 'ready' && edit !== null && analysis !== null && photo !== null;
