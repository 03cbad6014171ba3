import { Dices } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Response } from '../../contract/calls';
import { pairUrl } from '../../contract/pictures';
import { Preview } from '../folder-page/Preview';
import { useFailureText } from '../folder-page/useFailureText';
import { useActions, useApp, usePairs } from '../state/context';
import { PREVIEW_COUNT } from '../state/pairs';
import { Button } from '../ui/Button';
import { FileName } from '../ui/FileName';
import { Icon } from '../ui/Icon';
import { Segmented } from '../ui/Segmented';
import { useFormat } from '../useFormat';

const SIDES = ['damaged', 'mask', 'clean'] as const;
type Side = (typeof SIDES)[number];
const PLACES = Array.from({ length: PREVIEW_COUNT }, (_, index) => index);

/** The first pairs that would be made. Those of earlier settings stay visible until the new ones are there. */
export function FirstPairs() {
  const { t } = useTranslation();
  const format = useFormat();
  const { newSamples, refreshPreview } = useActions().pairs;
  const { phase, pairs, fresh, failure } = usePairs((all) => all.preview);
  const [side, setSide] = useState<Side>('damaged');
  const photos = pairs[0]?.photos ?? null;
  const title =
    photos === null
      ? t(phase === 'making' ? 'pairs.preview.making' : 'pairs.preview.title')
      : t('pairs.preview.photos', { count: photos, figure: format.number(photos, 0) });
  return (
    <Preview
      label={t('pairs.preview.title')}
      title={title}
      testId="pairs-preview"
      titleTestId="pairs-photos"
      phase={phase}
      failure={useFailureText(failure, (code) => `pairs.failures.${code}`)}
      again={t('pairs.preview.again')}
      onAgain={refreshPreview}
      tools={
        <>
          <Segmented<Side>
            label={t('pairs.preview.show')}
            value={side}
            options={SIDES.map((value) => ({ value, label: t(`pairs.preview.sides.${value}`) }))}
            onChange={setSide}
          />
          <Button data-testid="other-pairs" disabled={phase === 'none'} onClick={newSamples}>
            <Icon of={Dices} />
            {t('pairs.preview.others')}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: pictures alone are scrolled by the keys. */}
      <div tabIndex={0} className="min-h-0 grow overflow-y-auto px-4 pt-2 pb-4 outline-offset-[-2px]">
        <ul className="grid grid-cols-2 gap-3 xl:grid-cols-3" aria-busy={phase === 'making'}>
          {PLACES.map((index) => (
            <Pair key={index} index={index} pair={pairs[index] ?? null} side={side} isOld={index >= fresh} />
          ))}
        </ul>
        <p className="mt-3 text-xs">{t('pairs.preview.hint')}</p>
      </div>
    </Preview>
  );
}

interface PairProps {
  index: number;
  pair: Response<'synthesis.preview'> | null;
  side: Side;
  isOld: boolean;
}

/** One pair. Its mask is shown while the pointer is on it. */
function Pair({ index, pair, side, isOld }: PairProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const base = useApp((all) => all.info?.pictureBase ?? null);
  if (pair === null || base === null) return <li className="aspect-square rounded-md border border-line bg-panel" />;
  const urlOf = (pairSide: Side) => pairUrl(base, { pairId: pair.id, pairSide });
  const alt = t('pairs.preview.picture', {
    side: t(`pairs.preview.sides.${side}`),
    number: format.number(index + 1, 0),
    name: pair.source,
  });
  return (
    <li data-testid="pair" data-old={isOld} className={isOld ? 'opacity-45 transition-opacity' : ''}>
      <div className="group relative aspect-square overflow-hidden rounded-md bg-panel">
        <img src={urlOf(side)} alt={alt} draggable={false} className="size-full object-contain" />
        {side !== 'mask' && (
          <img
            src={urlOf('mask')}
            alt=""
            loading="lazy"
            draggable={false}
            className="absolute inset-0 size-full object-contain opacity-0 group-hover:opacity-100"
          />
        )}
      </div>
      <p className="mt-1 flex justify-between gap-2 text-xs">
        <FileName name={pair.source} />
        <span className="shrink-0">{t('pairs.preview.covered', { share: format.percent(pair.coverage) })}</span>
      </p>
    </li>
  );
}
