import { Option } from 'clipanion';
import { answeredEvents } from '../../core/domain/job/job-events.ts';
import { jobView } from '../../core/domain/job/job-view.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { requireJobId } from '../agent/job-command.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { stateOfJob } from '../operator/state-of-job.ts';
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
    const approved = this.answer === 'yes';
    let isAnswered = false;
    const job = await stateOfJob(log, jobId, (open) => {
      if (open.phase !== 'input_required') return [];
      isAnswered = true;
      return answeredEvents(open, approved, undefined, new Date());
    });
    if (!isAnswered) {
      const what = `${jobId} does not wait for an answer: it is ${jobView(job).state}`;
      throw new OrchestratorError('ORC_QUESTION_CLOSED', what);
    }
    const shown = jobView(job);
    this.print(shown, `${JSON.stringify(shown)}\n`);
  }
}
