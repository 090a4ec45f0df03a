import { loadSettings } from '../agents/load-settings.ts';
import { runService, type Service, type ServiceContext } from '../platform/service/run-service.ts';
import { telegramBot } from './telegram-bot.ts';

// Not awaited: the bundle is a script, which may not.
void runService('bot', loadSettings, startBot);

/** Ready at once: that Telegram cannot be reached stops nothing else, and is told by its health. */
async function startBot(context: ServiceContext): Promise<Service> {
  const { deliveries, updates, status, marks, jobs, directory } = await telegramBot(context);
  context.metrics.add('orchestrator_fold_sequence', () => deliveries.heardThrough);
  const running = Promise.all([deliveries.run(context.signal), updates.run(context.signal)]);
  running.catch(context.fatal);
  return {
    async stop() {
      await running;
      await Promise.all([status.stop(), marks.stop(), jobs.stop()]);
      await directory.saveCheckpoint();
    },
  };
}
