import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Histogram as Counts } from '../../contract/photo';
import { ORIGINAL } from '../../contract/pictures';
import { useActions, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { keyOf } from '../ui/keys';
import { Segmented } from '../ui/Segmented';
import { Switch } from '../ui/Switch';
import { useFormat } from '../useFormat';
import { outlineOf, scaleOf, toneAt } from './tones';

/** Size of the drawing in its own units, one unit per tone. */
const WIDTH = 255;
const HEIGHT = 96;

type Picture = 'original' | 'result';
type Channels = 'colours' | 'luma';

/** The histograms of the original and the result, and their clipped pixels. */
export function Histogram({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const format = useFormat();
  const actions = useActions();
  const id = useId();
  const clipping = useView((state) => state.clippingShown);
  const [wanted, setPicture] = useState<Picture>('result');
  const [channels, setChannels] = useState<Channels>('colours');
  const { photo, rendering } = entry;
  const picture = rendering === null ? 'original' : wanted;
  const original = useCounts(photo?.id ?? null, ORIGINAL);
  const result = useCounts(photo?.id ?? null, rendering?.revision ?? null);
  const [shown, other] = picture === 'original' ? [original, result] : [result, original];
  // Both use one scale, so that they can be compared.
  const scale = scaleOf([original, result].filter((each) => each !== null));

  return (
    <section aria-labelledby={id} data-testid="histogram">
      <h2 id={id} className="mb-2 font-medium">
        {t('histogram.title')}
      </h2>
      <div className="mb-2 flex items-center justify-between gap-2">
        <Segmented<Picture>
          label={t('histogram.picture')}
          value={picture}
          options={[
            { value: 'original', label: t('compare.original') },
            { value: 'result', label: t('compare.result'), disabled: rendering === null },
          ]}
          onChange={setPicture}
        />
        <Segmented<Channels>
          label={t('histogram.channels')}
          value={channels}
          options={[
            { value: 'colours', label: t('histogram.colours') },
            { value: 'luma', label: t('histogram.luma') },
          ]}
          onChange={setChannels}
        />
      </div>
      <svg
        role="img"
        aria-label={
          shown === null
            ? t('histogram.counting')
            : t('histogram.summary', {
                picture: t(`compare.${picture}`),
                low: toneAt(shown.luma, 0.01),
                middle: toneAt(shown.luma, 0.5),
                high: toneAt(shown.luma, 0.99),
              })
        }
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="block h-28 w-full rounded-md border border-line bg-[#141414]"
      >
        {[0.25, 0.5, 0.75].map((share) => (
          <line key={share} x1={WIDTH * share} x2={WIDTH * share} y1={0} y2={HEIGHT} className="stroke-[#3a3a3a]" />
        ))}
        {shown !== null &&
          (channels === 'luma' ? (
            <path d={outlineOf(shown.luma, scale, HEIGHT)} fill="#b8b8b8" />
          ) : (
            <g style={{ isolation: 'isolate' }}>
              <path d={outlineOf(shown.red, scale, HEIGHT)} fill="#d8322c" style={{ mixBlendMode: 'screen' }} />
              <path d={outlineOf(shown.green, scale, HEIGHT)} fill="#3f9e3a" style={{ mixBlendMode: 'screen' }} />
              <path d={outlineOf(shown.blue, scale, HEIGHT)} fill="#3566e0" style={{ mixBlendMode: 'screen' }} />
            </g>
          ))}
        {other !== null && (
          <path
            d={outlineOf(other.luma, scale, HEIGHT)}
            fill="none"
            stroke="#ededed"
            strokeWidth={1}
            strokeDasharray="3 2"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      {other !== null && (
        <p className="mt-1 text-xs text-secondary">
          {t('histogram.dashed', { picture: t(`compare.${picture === 'original' ? 'result' : 'original'}`) })}
        </p>
      )}
      {shown !== null && (
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 text-xs">
          <dt className="flex items-center gap-1.5 text-secondary">
            <span className="size-2 rounded-full bg-[#2578ff]" />
            {t('histogram.shadows')}
          </dt>
          <dd data-testid="clipped-shadows">{format.percent(shown.shadows)}</dd>
          <dt className="flex items-center gap-1.5 text-secondary">
            <span className="size-2 rounded-full bg-[#ff3b30]" />
            {t('histogram.highlights')}
          </dt>
          <dd data-testid="clipped-highlights">{format.percent(shown.highlights)}</dd>
        </dl>
      )}
      <div className="mt-2 flex items-center justify-between gap-3">
        <label htmlFor={`${id}-clipping`}>
          {t('histogram.mark')}
          <kbd className="ml-2 font-sans text-xs text-secondary">{keyOf('clipping')}</kbd>
        </label>
        <Switch id={`${id}-clipping`} checked={clipping} onChange={() => actions.view.toggleClipping()} />
      </div>
    </section>
  );
}

/** The counts of a picture. Null until they are loaded, and where there is no such picture. */
function useCounts(photoId: string | null, revision: number | null): Counts | null {
  const { call } = useActions();
  const [found, setFound] = useState<{ photoId: string; revision: number; counts: Counts } | null>(null);
  useEffect(() => {
    if (photoId === null || revision === null) return;
    let isLatest = true;
    void call('photos.histogram', { photoId, revision }).then((result) => {
      // Where the picture was dropped, a new rendering follows.
      if (isLatest && result.ok) setFound({ photoId, revision, counts: result.value });
    });
    return () => {
      isLatest = false;
    };
  }, [call, photoId, revision]);
  // The former counts of the same photo stay until the new ones are loaded, so that nothing flickers.
  return found !== null && found.photoId === photoId && revision !== null ? found.counts : null;
}
