import type { Photo } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import { addDetector, type DamageMap } from '../restoration/damage';
import type { Raster } from '../restoration/raster';
import { stepOf } from '../restoration/recipe';
import type { StepTools } from '../restoration/tools';

interface Opened {
  photo: Photo;
  source: { raster: Raster };
  damage?: DamageMap | null;
}

/** A map with the findings of a further detector, and the map that they were added to. */
interface Further {
  detector: string;
  to: DamageMap;
  map: DamageMap;
}

/**
 * What a detector of a person has found besides the one that ships, for recipes that name one. The mask on the screen is the
 * one that is filled, so the page is told when it changes.
 */
export class FurtherFindings {
  readonly #found = new WeakMap<Opened, Further>();
  readonly #onChange: (photoId: string) => void;

  constructor(onChange: (photoId: string) => void) {
    this.#onChange = onChange;
  }

  /** The map for a recipe. Throws the errors of `addDetector`. */
  async of(opened: Opened, recipe: Recipe, tools: StepTools): Promise<DamageMap | null> {
    const damage = opened.damage ?? null;
    const repair = stepOf(recipe, 'repair');
    const detector = repair?.enabled ? repair.settings.detector : undefined;
    const known = this.#found.get(opened);
    if (damage === null || detector === undefined) {
      if (this.#found.delete(opened)) this.#onChange(opened.photo.id);
      return damage;
    }
    if (known?.detector === detector && known.to === damage) return known.map;
    const map = await addDetector(damage, opened.source.raster, tools, { id: detector });
    this.#found.set(opened, { detector, to: damage, map });
    this.#onChange(opened.photo.id);
    return map;
  }

  /** Forgets what was found in a photo that rests now. It is found again when it is needed. */
  drop(opened: Opened): void {
    this.#found.delete(opened);
  }

  /** The map that the last recipe used. */
  shown(opened: Opened): DamageMap | null | undefined {
    const further = this.#found.get(opened);
    return further && further.to === opened.damage ? further.map : opened.damage;
  }
}
