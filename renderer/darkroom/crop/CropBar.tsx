import { ArrowLeftRight, Check, RotateCcw, Scan, Ungroup, X } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NEGATIVE_KINDS } from '../../../contract/scan';
import { LEAST_PRINT } from '../../../document/scan';
import { useActions } from '../../state/context';
import { type Cropping, cropFault, cropSize } from '../../state/crop';
import { Button, IconButton } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { keyOf } from '../../ui/keys';
import { Segmented } from '../../ui/Segmented';
import { Select } from '../../ui/Select';
import { Slider } from '../../ui/Slider';
import { Tooltip } from '../../ui/Tooltip';
import { displayedSize, isMirrored, type View } from '../geometry';
import { useSettled } from '../useSettled';
import { fineAngle, RATIO_NAMES } from './frame';

/** Milliseconds after which a screen reader is told of a new size. */
const SAID_AFTER = 600;

/** The options of the crop, in a row above the page. */
export function CropBar({ cropping, view }: { cropping: Cropping; view: View }) {
  const { t } = useTranslation();
  const { cropTool } = useActions();
  const { mode, ratio, isApplying, isFinding, found, page, negative } = cropping;
  const toldFound =
    found === null
      ? ''
      : found.count === 0
        ? t('crop.foundNone')
        : t('crop.found', { count: found.count, at: found.at + 1 });
  const { width, height } = displayedSize(cropSize(cropping), view.orientation);
  const fault = cropFault(cropping);
  const text =
    fault === null
      ? t('crop.sizeSaid', { width, height })
      : fault === 'outside'
        ? t('failures.cropOutside', { width: page.width, height: page.height })
        : t(`failures.${FAULTS[fault]}`, { least: LEAST_PRINT });
  const said = useSettled(text, SAID_AFTER);
  const options = RATIO_NAMES.map((value) => ({
    value,
    label: value === 'free' || value === 'original' ? t(`crop.ratios.${value}`) : value,
  }));
  return (
    <section
      aria-label={t('crop.options')}
      data-testid="crop-bar"
      className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-2 py-0.5"
    >
      <Segmented
        label={t('crop.mode')}
        value={mode}
        options={(['frame', 'corners'] as const).map((value) => ({ value, label: t(`crop.modes.${value}`) }))}
        onChange={cropTool.setMode}
      />
      {mode === 'frame' && <Straighten cropping={cropping} view={view} />}
      <Select
        label={t('crop.ratio')}
        value={ratio}
        options={options}
        onChange={cropTool.setRatio}
        testId="crop-ratio"
        className="w-24"
      />
      <IconButton label={t('commands.cropSwap')} shortcut={keyOf('cropSwap')} onClick={cropTool.swap}>
        <Icon of={ArrowLeftRight} />
      </IconButton>
      <Select
        label={t('crop.film')}
        value={negative?.kind ?? 'positive'}
        options={FILMS.map((value) => ({ value, label: t(`crop.films.${value}`) }))}
        onChange={(value) => cropTool.film.setFilm(value === 'positive' ? null : value)}
        testId="crop-film"
        className="w-40 max-xl:w-32"
      />
      <p
        data-testid="crop-size"
        title={text}
        aria-hidden="true"
        // The top bar says it too, where there is little room here.
        className={`min-w-0 truncate text-xs tabular-nums ${fault === null ? 'text-secondary max-xl:hidden' : 'text-danger'}`}
      >
        {fault === null ? t('crop.size', { width, height }) : text}
      </p>
      <p role="status" className="sr-only">
        {isApplying ? t('crop.applying') : isFinding ? t('crop.finding') : [toldFound, said].join(' ')}
      </p>
      {toldFound !== '' && (
        <p
          aria-hidden="true"
          data-testid="crop-found"
          className="min-w-0 truncate text-xs text-secondary max-xl:hidden"
        >
          {toldFound}
        </p>
      )}
      <p className="min-w-0 grow basis-0 truncate text-xs text-secondary max-2xl:hidden">{t(`crop.hint.${mode}`)}</p>
      <div className="ml-auto flex items-center gap-1">
        <IconButton
          label={t('commands.cropFind')}
          shortcut={keyOf('cropFind')}
          data-testid="crop-find"
          disabled={isApplying || isFinding}
          onClick={() => void cropTool.find()}
        >
          <Icon of={Scan} />
        </IconButton>
        <IconButton
          label={t('commands.cropSplit')}
          shortcut={keyOf('cropSplit')}
          data-testid="crop-split"
          disabled={isApplying || isFinding}
          onClick={() => void cropTool.split()}
        >
          <Icon of={Ungroup} />
        </IconButton>
        <IconButton label={t('commands.cropReset')} data-testid="crop-reset" onClick={cropTool.reset}>
          <Icon of={RotateCcw} />
        </IconButton>
        <Tooltip text={t('commands.cropCancel')} shortcut={keyOf('cropCancel')}>
          <Button
            look="quiet"
            aria-label={t('crop.cancel')}
            data-testid="crop-cancel"
            onClick={cropTool.cancel}
            className="max-xl:px-1.5"
          >
            <Icon of={X} className="xl:hidden" />
            <span className="max-xl:hidden">{t('crop.cancel')}</span>
          </Button>
        </Tooltip>
        <Tooltip text={t('commands.cropApply')} shortcut={keyOf('cropApply')}>
          <Button
            data-testid="crop-apply"
            disabled={isApplying || fault !== null}
            onClick={() => void cropTool.apply()}
          >
            <Icon of={Check} />
            {t(isApplying ? 'crop.applying' : 'crop.apply')}
          </Button>
        </Tooltip>
      </div>
    </section>
  );
}

const FILMS = ['positive', ...NEGATIVE_KINDS] as const;

const FAULTS = { corners: 'cropCorners', small: 'cropSmall', large: 'cropLarge' } as const;

/** How far the picture is turned clockwise, as it lies on the screen. */
function Straighten({ cropping, view }: { cropping: Cropping; view: View }) {
  const { t } = useTranslation();
  const { cropTool } = useActions();
  const { angle } = cropping.frame;
  const fine = fineAngle(angle);
  // The frame turns the other way than the picture in it.
  const sign = isMirrored(view.orientation) ? 1 : -1;
  /** The field settles also when it loses the focus to a drag, which is none of its business. */
  const isOurs = useRef(false);
  return (
    <div className="w-36 xl:w-44">
      <Slider
        label={t('crop.straighten')}
        value={Math.round(sign * fine * 10) / 10 + 0}
        min={-45}
        max={45}
        step={0.1}
        initial={0}
        unit={t('crop.degrees')}
        testId="crop-angle"
        compact
        onChange={(next) => {
          isOurs.current = true;
          cropTool.begin();
          cropTool.turn(angle - fine + sign * next);
        }}
        onSettle={() => {
          if (isOurs.current) cropTool.end();
          isOurs.current = false;
        }}
      />
    </div>
  );
}
