import { ChevronDown, ClipboardCopy, ClipboardPaste, RotateCcw, RotateCw, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useRecipeChoices } from '../recipe/choices';
import { useActions, useMany, usePhotos } from '../state/context';
import { selectedPhotos } from '../state/selection';
import { Button, IconButton } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { keyOf } from '../ui/keys';
import { Menu, MenuItem } from '../ui/Menu';
import { Tooltip } from '../ui/Tooltip';

/** What can be done to the selected photos. Shown while there are at least so many. */
export function SelectionBar({ least = 2 }: { least?: number }) {
  const { t } = useTranslation();
  const actions = useActions();
  const count = usePhotos((state) => selectedPhotos(state).length);
  const all = usePhotos((state) => state.photos.length);
  const copied = useMany((state) => state.copied);
  if (count < least) return null;
  return (
    <section
      aria-label={t('many.bar')}
      data-testid="selection-bar"
      className="flex h-10 shrink-0 items-center gap-1 border-t border-line bg-panel px-2"
    >
      <span className="mr-auto min-w-0 truncate pl-1 text-secondary" aria-hidden="true">
        {t('many.selected', { count, all })}
      </span>
      <Tooltip text={t('commands.copySettings')} shortcut={keyOf('copySettings')}>
        <Button
          look="quiet"
          aria-label={t('many.copy')}
          data-testid="copy-settings"
          onClick={() => actions.view.show('copySettings')}
        >
          <Icon of={ClipboardCopy} className="xl:hidden" />
          <span className="hidden xl:inline">{t('many.copy')}</span>
        </Button>
      </Tooltip>
      <Tooltip text={t('commands.pasteSettings')} shortcut={keyOf('pasteSettings')}>
        <Button
          look="quiet"
          aria-label={t('many.paste')}
          data-testid="paste-settings"
          disabled={copied === null}
          onClick={() => actions.pasteSettings()}
        >
          <Icon of={ClipboardPaste} className="xl:hidden" />
          <span className="hidden xl:inline">{t('many.paste')}</span>
        </Button>
      </Tooltip>
      <RecipeMenu />
      <IconButton label={t('many.turnLeft')} shortcut={keyOf('turnLeft')} onClick={() => actions.turnAll('left')}>
        <Icon of={RotateCcw} />
      </IconButton>
      <IconButton label={t('many.turnRight')} shortcut={keyOf('turnRight')} onClick={() => actions.turnAll('right')}>
        <Icon of={RotateCw} />
      </IconButton>
      <Button data-testid="export-selected" className="ml-1" onClick={() => actions.view.show('export')}>
        {t('many.export')}
      </Button>
      <Button look="quiet" data-testid="send-to-batch" onClick={() => actions.sendToBatch()}>
        {t('many.toBatch')}
      </Button>
      <IconButton label={t('many.close')} data-testid="close-selected" onClick={() => actions.closeAll()}>
        <Icon of={X} />
      </IconButton>
    </section>
  );
}

function RecipeMenu() {
  const { t } = useTranslation();
  const { applyRecipe } = useActions();
  const choices = useRecipeChoices();
  return (
    <Menu
      trigger={
        <DropdownMenu.Trigger asChild>
          <Button look="quiet" data-testid="apply-recipe" disabled={choices.length === 0}>
            {t('many.recipe')}
            <Icon of={ChevronDown} />
          </Button>
        </DropdownMenu.Trigger>
      }
    >
      {choices.map(({ id, name }) => (
        <MenuItem key={id} onSelect={() => applyRecipe(id)}>
          <span className="max-w-60 truncate">{name}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
