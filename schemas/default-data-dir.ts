/** Below the folder in which the system is started. */
export const DEFAULT_DATA_DIR = '.orchestrator';
