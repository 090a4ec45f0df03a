import type { ViewName, ViewRequest, ViewResponse } from '../../schemas/views.ts';

/** The part of the views' client that is needed here. */
export interface Views {
  request<N extends ViewName>(
    name: N,
    request: ViewRequest<N>,
    options: { timeoutMs: number },
  ): Promise<ViewResponse<N>>;
}
