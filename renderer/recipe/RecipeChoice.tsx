import { Ellipsis } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Recipe } from '../../contract/recipe';
import { FileInput } from '../files/FileInput';
import { useActions, useApp } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { Dialog } from '../ui/Dialog';
import { DialogFooter } from '../ui/DialogFooter';
import { TEXT_FIELD } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Menu, MenuItem, MenuLine } from '../ui/Menu';
import { Select } from '../ui/Select';
import { useRecipeChoices } from './choices';

/** Which name is being asked for. */
type Asking = 'save' | 'rename' | 'duplicate';

/** The recipes that can be applied, and what can be done with them. */
export function RecipeChoice({ entry, recipe }: { entry: OpenPhoto; recipe: Recipe }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const recipes = useApp((state) => state.recipes);
  const own = useApp((state) => state.ownRecipes);
  const input = useRef<HTMLInputElement>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const options = useRecipeChoices().map(({ id: value, name }) => ({ value, label: name }));
  const isOwn = own.includes(recipe.id);
  const kept = recipes.find((each) => each.id === recipe.id);
  const title = options.find(({ value }) => value === recipe.id)?.label ?? recipe.name;
  return (
    <div className="flex items-center gap-1">
      <label htmlFor={id} className="mr-1 shrink-0 text-xs text-secondary">
        {t('restore.recipe')}
      </label>
      <Select
        id={id}
        testId="recipe"
        className="grow"
        value={recipe.id}
        // A recipe that was removed is still listed where the photo has it.
        options={
          options.some(({ value }) => value === recipe.id) ? options : [...options, { value: recipe.id, label: title }]
        }
        onChange={(chosen) => actions.chooseRecipe(entry.key, chosen)}
      />
      <Menu
        trigger={
          <DropdownMenu.Trigger asChild>
            <button
              type="button"
              aria-label={t('recipe.menu')}
              title={t('recipe.menu')}
              data-testid="recipe-menu"
              className="inline-flex size-7 shrink-0 items-center justify-center rounded-md hover:bg-raised data-[state=open]:bg-raised"
            >
              <Icon of={Ellipsis} />
            </button>
          </DropdownMenu.Trigger>
        }
      >
        <MenuItem onSelect={() => setAsking('save')}>{t('recipe.saveAs')}</MenuItem>
        <MenuItem disabled={!isOwn} onSelect={() => actions.saveRecipe(entry.key, recipe.name, recipe.id)}>
          {t('recipe.save')}
        </MenuItem>
        <MenuLine />
        <MenuItem disabled={!isOwn} onSelect={() => setAsking('rename')}>
          {t('recipe.rename')}
        </MenuItem>
        <MenuItem disabled={kept === undefined} onSelect={() => setAsking('duplicate')}>
          {t('recipe.duplicate')}
        </MenuItem>
        <MenuItem disabled={!isOwn} onSelect={() => kept !== undefined && actions.removeRecipe(kept)}>
          {t('recipe.remove')}
        </MenuItem>
        <MenuLine />
        <MenuItem
          onSelect={() => {
            void actions.pickRecipe().then((picked) => {
              if (!picked) input.current?.click();
            });
          }}
        >
          {t('recipe.import')}
        </MenuItem>
        <MenuItem disabled={kept === undefined} onSelect={() => kept !== undefined && actions.exportRecipe(kept)}>
          {t('recipe.export')}
        </MenuItem>
      </Menu>
      <FileInput
        ref={input}
        accept=".json,application/json"
        testId="recipe-input"
        onFiles={([file]) => actions.takeRecipeFile(file)}
      />
      {asking !== null && (
        <NameDialog
          // The menu item ends in dots because this dialog opens. Its title has none.
          title={t(`recipe.${asking === 'save' ? 'saveAs' : asking}`).replace(/…$/, '')}
          initial={asking === 'save' ? '' : asking === 'duplicate' ? t('recipe.copyOf', { name: title }) : recipe.name}
          onClose={() => setAsking(null)}
          onName={(name) => {
            if (asking === 'save') actions.saveRecipe(entry.key, name, null);
            else if (kept !== undefined) actions.keepRecipe(kept, name, asking === 'rename' ? kept.id : null);
          }}
        />
      )}
    </div>
  );
}

interface NameDialogProps {
  title: string;
  initial: string;
  onName(name: string): void;
  onClose(): void;
}

function NameDialog({ title, initial, onName, onClose }: NameDialogProps) {
  const { t } = useTranslation();
  const id = useId();
  const [name, setName] = useState(initial);
  const clean = name.trim();
  const done = () => {
    if (clean === '') return;
    onName(clean);
    onClose();
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      width={400}
      testId="name-dialog"
      footer={
        <DialogFooter
          confirm={t('recipe.keep')}
          testId="name-confirm"
          disabled={clean === ''}
          onConfirm={done}
          onCancel={onClose}
        />
      }
    >
      <label htmlFor={id} className="text-xs text-secondary">
        {t('recipe.name')}
      </label>
      <input
        id={id}
        type="text"
        value={name}
        maxLength={120}
        data-initial-focus
        data-testid="name"
        onChange={(event) => setName(event.target.value)}
        onFocus={(event) => event.target.select()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') done();
        }}
        className={`mt-1 h-8 w-full ${TEXT_FIELD}`}
      />
    </Dialog>
  );
}
