import { openApi } from '../../schemas/http/openapi.ts';

/** `docs/openapi.json`: what `GET /openapi.json` answers. */
export const openApiPage = (): string => `${JSON.stringify(openApi(), null, 2)}\n`;
