import { Crosshair, RefreshCw, ScanEye, Trash2, Zap } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { LocalRepair } from '../../contract/edit';
import type { Photo } from '../../contract/photo';
import { compileMask, maskBounds } from '../../document/mask';
import { useActions } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { Button, IconButton } from '../ui/Button';
import { ContextItem, ContextMenu } from '../ui/ContextMenu';
import { Icon } from '../ui/Icon';
import { Sortable, useSortableItem } from '../ui/Sortable';
import { Switch } from '../ui/Switch';

/** The repairs of single places, which follow the steps. Each can be switched off, shown and removed. */
export function LocalRepairs({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const repairs = entry.edit?.repairs ?? [];
  const list = useRef<HTMLUListElement>(null);
  const count = useRef(repairs.length);
  // The newest repair is scrolled into view.
  useEffect(() => {
    if (repairs.length > count.current) list.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
    count.current = repairs.length;
  }, [repairs.length]);
  // A repair keeps its number when it is moved.
  const made = entry.log?.actions.flatMap(({ repair }) => repair?.id ?? []) ?? [];
  const nameOf = (repairId: string) => t('local.name', { number: 1 + made.indexOf(repairId) });
  return (
    <section
      aria-labelledby={`${id}-name`}
      data-testid="local-repairs"
      className="rounded-md border border-line bg-raised px-3 py-2.5"
    >
      <div className="flex items-center gap-2">
        <Icon of={Zap} className={repairs.length === 0 ? 'shrink-0 text-secondary' : 'shrink-0'} />
        <h2
          id={`${id}-name`}
          className={`min-w-0 grow truncate ${repairs.length === 0 ? 'text-secondary' : 'font-medium'}`}
        >
          {t('local.title')}
        </h2>
        <IconButton label={t('mask.tool.eye')} onClick={() => actions.tools.take('eye')} data-testid="correct-eyes">
          <Icon of={ScanEye} />
        </IconButton>
        <Button data-testid="repair-place" onClick={actions.tools.repairAtOnce}>
          {t('local.begin')}
        </Button>
      </div>
      <p className="mt-1 text-xs text-secondary">{t('local.text')}</p>
      {repairs.length > 0 && (
        <Sortable
          ids={repairs.map((repair) => repair.id)}
          nameOf={nameOf}
          onMove={(moved, place) => actions.moveRepair(entry.key, moved, place)}
        >
          <ul ref={list} className="mt-2 max-h-56 space-y-0.5 overflow-x-hidden overflow-y-auto pl-1.5">
            {repairs.map((repair) => (
              <Entry key={repair.id} photoKey={entry.key} photo={photo} repair={repair} name={nameOf(repair.id)} />
            ))}
          </ul>
        </Sortable>
      )}
    </section>
  );
}

interface EntryProps {
  photoKey: string;
  photo: Photo;
  repair: LocalRepair;
  name: string;
}

function Entry({ photoKey, photo, repair, name }: EntryProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const { ref, style, handle, isDragging } = useSortableItem(repair.id, name);
  const look = () => {
    const place = placeOf(repair, photo);
    if (place === null) return;
    actions.view.zoomTo(photoKey, photo, 100);
    actions.view.lookAt(photoKey, photo, place);
  };
  const remove = () => actions.removeRepair(photoKey, repair.id);
  const how = repair.redEye ? 'redEye' : (repair.source?.blend ?? repair.filling);
  const refill = () => actions.refillRepair(photoKey, repair.id);
  return (
    <ContextMenu
      trigger={
        <li
          ref={ref}
          style={style}
          className={`flex h-7 items-center gap-1 rounded-md ${isDragging ? 'bg-panel' : ''}`}
          data-testid="local-repair"
        >
          {handle}
          <span className={`min-w-0 grow truncate ${repair.enabled ? '' : 'text-secondary'}`}>
            {name}
            {how !== undefined && <span className="text-xs text-secondary">{` · ${t(`fillings.${how}`)}`}</span>}
          </span>
          <IconButton label={t('local.look', { name })} onClick={look} className="size-6">
            <Icon of={Crosshair} />
          </IconButton>
          {!repair.redEye && (
            <IconButton label={t('local.fill', { name })} onClick={refill} data-testid="local-fill" className="size-6">
              <Icon of={RefreshCw} />
            </IconButton>
          )}
          <IconButton label={t('local.remove', { name })} onClick={remove} className="size-6">
            <Icon of={Trash2} />
          </IconButton>
          <Switch
            label={name}
            checked={repair.enabled}
            onChange={(enabled) => actions.switchRepair(photoKey, repair.id, enabled)}
          />
        </li>
      }
    >
      <ContextItem onSelect={look}>{t('local.look', { name })}</ContextItem>
      <ContextItem onSelect={() => actions.switchRepair(photoKey, repair.id, !repair.enabled)}>
        {t(repair.enabled ? 'local.off' : 'local.on')}
      </ContextItem>
      {!repair.redEye && <ContextItem onSelect={refill}>{t('local.fill', { name })}</ContextItem>}
      <ContextItem onSelect={remove}>{t('local.remove', { name })}</ContextItem>
    </ContextMenu>
  );
}

/** The middle of the repaired place. */
function placeOf({ mask }: LocalRepair, { width, height }: Photo): { x: number; y: number } | null {
  const source = { width, height, evidence: null, settings: { sensitivity: 0, grow: 0 }, bitmaps: new Map() };
  const bounds = maskBounds(compileMask(mask, source));
  return bounds && { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 };
}
