import { StateHistory } from './state-history.ts';
import { StateMarks, type StateMarksOptions } from './state-marks.ts';

/**
 * The states of before, folded from the nearest mark in a folder. What is marked is looked at anew for each
 * question: it grows meanwhile.
 */
export function markedHistory(folder: string, options: StateMarksOptions): StateHistory {
  const nearest = async (sequence: number) =>
    (await StateMarks.open(folder, options)).nearest(sequence);
  return new StateHistory(options.log, { marks: { nearest } });
}
