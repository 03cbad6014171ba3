import type { Analysis, Face } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import type { Measurements } from '../restoration/measurements';
import type { Raster } from '../restoration/raster';
import { stepOf } from '../restoration/recipe';
import { faces as facesStep } from '../restoration/steps/faces';
import type { StepTools } from '../restoration/tools';

interface Opened {
  source: { raster: Raster };
  analysis?: Analysis;
}

/** What was found by one finder, and the analysis that it was put into. */
interface Found {
  finder: string;
  to: Analysis;
  analysis: Analysis;
}

/** Analyses with the faces that a finder of a person has found in place of those of the one that ships, for recipes that name it. */
export class FoundFaces {
  readonly #found = new WeakMap<Opened, Found>();

  /** The analysis of a photo for a recipe. Throws the errors of `StepTools.faces`. */
  async of(opened: Opened, recipe: Recipe, analysis: Analysis, tools: StepTools): Promise<Analysis> {
    const known = this.known(opened, recipe, analysis);
    if (known) return known;
    const finder = finderOf(recipe)!;
    const faces = (await tools.faces(opened.source.raster, finder)) ?? [];
    const found = { finder, to: analysis, analysis: withFaces(analysis, faces, tools) };
    this.#found.set(opened, found);
    return found.analysis;
  }

  /** The same if it needs no computing; else null. */
  known(opened: Opened, recipe: Recipe, analysis: Analysis): Analysis | null {
    const finder = finderOf(recipe);
    if (finder === null) return analysis;
    const found = this.#found.get(opened);
    return found?.finder === finder && found.to === analysis ? found.analysis : null;
  }
}

/** The finder that a recipe names; null if it uses the one that ships, or restores no faces. */
function finderOf(recipe: Recipe): string | null {
  const step = stepOf(recipe, 'faces');
  return step?.enabled ? (step.settings.finder ?? null) : null;
}

function withFaces(analysis: Analysis, faces: Face[], tools: StepTools): Analysis {
  const need = facesStep.assess({ faces } as unknown as Measurements, tools);
  return { ...analysis, faces, needs: analysis.needs.map((each) => (each.kind === 'faces' ? need : each)) };
}

/** The faces of an analysis, where they are not those of the photo's own one. */
export const facesOf = (analysis: Analysis, { analysis: own }: Opened): { faces?: Face[] } =>
  analysis === own ? {} : { faces: analysis.faces ?? [] };
