import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Icon } from '../ui/Icon';

interface ProblemProps {
  /** The name of the file, or the number of files. */
  subject: ReactNode;
  sentence: string;
  /** True: the sentence is truncated to one line. */
  isShort?: boolean;
}

/** One line of a list of problems. */
export function Problem({ subject, sentence, isShort = false }: ProblemProps) {
  return (
    <li className="flex items-start gap-2" title={sentence}>
      <Icon of={TriangleAlert} className="shrink-0 text-danger" />
      {subject}
      <span className={`min-w-0 ${isShort ? 'truncate' : ''}`}>{sentence}</span>
    </li>
  );
}
