import { Refusal } from './answer';

/** Refuses whoever asks too often, by address. What is not bound has no limit. */
export async function limitRate(request: Request, limiter: RateLimit | undefined, what: string): Promise<void> {
  const key = request.headers.get('cf-connecting-ip') ?? 'unknown';
  if (limiter === undefined || (await limiter.limit({ key })).success) return;
  const message = `expected fewer ${what} a minute from one address; try again in a minute`;
  throw new Refusal(429, 'rate-limited', message, { 'retry-after': '60' });
}
