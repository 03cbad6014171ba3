import { useTranslation } from 'react-i18next';
import { type Face, isAnyIn, type Photo } from '../../contract/photo';
import { ORIGINAL, pictureUrl } from '../../contract/pictures';
import { matrixOf } from '../darkroom/geometry';
import { useActions, useApp, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { stepOf } from '../state/recipes';
import { orientationOf } from '../state/view';

/** Edge of a small picture of a face, in CSS pixels. */
const EDGE = 40;
/** More faces are not offered one by one. */
const MOST = 60;

const middleOf = ({ x, y, width, height }: Face) => ({ x: x + width / 2, y: y + height / 2 });

/** Which of the found faces are restored: at first all that are not sharp already, then those that a person chooses. */
export function FaceChoice({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const actions = useActions();
  const step = entry.recipe === null ? null : stepOf(entry.recipe, 'faces');
  const faces = entry.rendering?.faces ?? entry.analysis?.faces ?? [];
  if (step === null || entry.photo === null || faces.length === 0) return null;
  const { photo, key } = entry;
  const { chosen } = step.settings;
  const isChosen = (face: Face) => chosen === undefined || isAnyIn(chosen, face);
  const toggle = (face: Face) => {
    const next = faces.filter((each) => isChosen(each) !== (each === face));
    actions.setSetting(key, 'faces', 'chosen', next.map(middleOf));
    actions.settleSetting(key);
  };
  return (
    <fieldset className="mt-2" data-testid="face-choice">
      <legend className="text-xs text-secondary">{t('faces.choose')}</legend>
      <div className="mt-1 flex flex-wrap gap-1.5">
        {faces.slice(0, MOST).map((face, index) => (
          <FaceButton
            key={`${face.x} ${face.y}`}
            face={face}
            photo={photo}
            photoKey={key}
            label={t('faces.face', { number: index + 1 })}
            pressed={isChosen(face)}
            onClick={() => toggle(face)}
          />
        ))}
      </div>
      <p className="mt-1 text-xs text-secondary">{t(chosen === undefined ? 'faces.sharpLeft' : 'faces.onlyChosen')}</p>
    </fieldset>
  );
}

interface FaceButtonProps {
  face: Face;
  photo: Photo;
  photoKey: string;
  label: string;
  pressed: boolean;
  onClick: () => void;
}

function FaceButton({ face, photo, photoKey, label, pressed, onClick }: FaceButtonProps) {
  const base = useApp((state) => state.info?.pictureBase ?? '');
  const ratio = useView((state) => state.ratio);
  const [a, b, c, d] = matrixOf(useView((state) => orientationOf(state, photoKey)));
  // A square around the face that lies inside the photo.
  const side = Math.min(
    photo.width,
    photo.height,
    Math.max(8, Math.round(1.2 * Math.max(face.width * photo.width, face.height * photo.height))),
  );
  const start = (middle: number, length: number) => Math.round(Math.max(0, Math.min(length - side, middle - side / 2)));
  const { x, y } = middleOf(face);
  const pixels = Math.max(1, Math.round(EDGE * ratio));
  return (
    <button
      type="button"
      aria-pressed={pressed}
      aria-label={label}
      title={label}
      onClick={onClick}
      className="overflow-hidden rounded-md border-2 border-transparent opacity-45 aria-pressed:border-accent aria-pressed:opacity-100"
    >
      <img
        alt=""
        draggable={false}
        width={EDGE}
        height={EDGE}
        style={{ transform: `matrix(${a}, ${c}, ${b}, ${d}, 0, 0)` }}
        src={pictureUrl(base, {
          photoId: photo.id,
          layer: 'original',
          revision: ORIGINAL,
          x: start(x * photo.width, photo.width),
          y: start(y * photo.height, photo.height),
          w: side,
          h: side,
          width: pixels,
          height: pixels,
        })}
      />
    </button>
  );
}
