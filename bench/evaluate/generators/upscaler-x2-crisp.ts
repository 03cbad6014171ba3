import { upscaling } from './upscaler-x2';

export const evaluator = upscaling(2, 'crisp');
