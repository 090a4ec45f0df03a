import { Option } from 'clipanion';
import { answerJob } from '../../core/conversation/answer-job.ts';
import { knownJob } from '../../core/conversation/known-job.ts';
import { jobView } from '../../core/domain/job/job-view.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { requireJobId } from '../agent/job-command.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class JobAnswerCommand extends OperatorCommand {
  static override paths = [['job', 'answer']];
  static override usage = usageOf('job answer');

  job = Option.String({ required: true });
  answer = Option.String({ required: true });

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const jobId = requireJobId(this.job);
    if (this.answer !== 'yes' && this.answer !== 'no') {
      throw new OrchestratorError('ORC_USAGE', `${JSON.stringify(this.answer)} is not yes or no`);
    }
    const job = await answerJob(log, jobId, this.answer === 'yes');
    if (job === undefined) {
      const { state } = jobView(await knownJob(log, jobId));
      const what = `${jobId} does not wait for an answer: it is ${state}`;
      throw new OrchestratorError('ORC_QUESTION_CLOSED', what);
    }
    const shown = jobView(job);
    this.print(shown, `${JSON.stringify(shown)}\n`);
  }
}
