/** What the tests of one file share; nobody shares anything outside of AVA, where no file ends. */
const leavings: (() => unknown)[] = [];
let shares = false;

/** Called once for each test file, before its tests. */
export function shareInFile(): void {
  shares = true;
}

/** Whether something can outlive a test: there is an end of the file. */
export const isShared = (): boolean => shares;

/** Undone after the last test of the file, the last first; what is given back later, by another hook, is nobody's. */
export const atEndOfFile = { teardown: (undo: () => unknown): void => void leavings.push(undo) };

export async function endWhatIsShared(): Promise<void> {
  shares = false;
  for (const undo of leavings.splice(0).reverse()) await undo();
}
