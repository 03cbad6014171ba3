import {
  type Announcements,
  closestCenter,
  DndContext,
  KeyboardSensor,
  type Modifier,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { GripVertical } from 'lucide-react';
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';

interface SortableProps {
  ids: readonly string[];
  nameOf(id: string): string;
  /** Where an item can be dropped. Everywhere, if left out. */
  canMove?(id: string, place: string): boolean;
  /** `id` was dropped where `place` was. */
  onMove(id: string, place: string): void;
  children: ReactNode;
}

const alongTheList: Modifier = ({ transform }) => ({ ...transform, x: 0 });

/** A list that is reordered by dragging, or by keys: Space picks an item up, arrows move it, Space drops it. */
export function Sortable({ ids, nameOf, canMove = () => true, onMove, children }: SortableProps) {
  const { t } = useTranslation();
  const sensors = useSensors(
    // Otherwise a click would start a drag.
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const say = (key: 'taken' | 'over' | 'put' | 'left', id: UniqueIdentifier, place?: UniqueIdentifier) =>
    t(`sortable.${key}`, {
      name: nameOf(String(id)),
      place: 1 + ids.indexOf(String(place ?? id)),
      count: ids.length,
    });
  const announcements: Announcements = {
    onDragStart: ({ active }) => say('taken', active.id),
    onDragOver: ({ active, over }) => say('over', active.id, over?.id),
    onDragEnd: ({ active, over }) => say('put', active.id, over?.id),
    onDragCancel: ({ active }) => say('left', active.id),
  };
  return (
    <DndContext
      sensors={sensors}
      modifiers={[alongTheList]}
      collisionDetection={(given) =>
        closestCenter({
          ...given,
          droppableContainers: given.droppableContainers.filter(
            ({ id }) => id === given.active.id || canMove(String(given.active.id), String(id)),
          ),
        })
      }
      accessibility={{ announcements, screenReaderInstructions: { draggable: t('sortable.how') } }}
      onDragEnd={({ active, over }) => {
        if (over !== null && over.id !== active.id) onMove(String(active.id), String(over.id));
      }}
    >
      <SortableContext items={[...ids]} strategy={verticalListSortingStrategy}>
        {children}
      </SortableContext>
    </DndContext>
  );
}

/** The position and the drag handle of an item in a {@link Sortable}. */
export function useSortableItem(id: string, name: string) {
  const { t } = useTranslation();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id,
  });
  const style: CSSProperties = {
    transform: transform === null ? undefined : `translateY(${transform.y}px)`,
    transition,
    zIndex: isDragging ? 10 : undefined,
    position: 'relative',
  };
  const handle = (
    <button
      ref={setActivatorNodeRef}
      type="button"
      {...attributes}
      {...listeners}
      aria-label={t('sortable.move', { name })}
      title={t('sortable.move', { name })}
      data-testid="grip"
      className="-ml-1.5 inline-flex h-6 w-4 shrink-0 cursor-grab touch-none items-center justify-center rounded-md text-secondary hover:text-text active:cursor-grabbing"
    >
      <Icon of={GripVertical} />
    </button>
  );
  return { ref: setNodeRef, style, handle, isDragging };
}
