//! A channel from a thread, which may wait, to a future, which may not. It has room for a few messages: who sends is no further ahead.

use core::task::Context;
use core::task::Poll;
use core::task::Waker;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// A channel for so many messages.
pub(super) fn channel<M>(room: usize) -> (Sender<M>, Receiver<M>) {
    let state = State { messages: VecDeque::new(), room, is_open: true, waiting: None };
    let shared = Arc::new(Shared { state: Mutex::new(state), has_room: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

/// The end in the thread.
pub(super) struct Sender<M>(Arc<Shared<M>>);

/// The end in the future.
pub(super) struct Receiver<M>(Arc<Shared<M>>);

struct Shared<M> {
    state: Mutex<State<M>>,
    has_room: Condvar,
}

struct State<M> {
    messages: VecDeque<M>,
    room: usize,
    /// Neither end is gone.
    is_open: bool,
    waiting: Option<Waker>,
}

impl<M> Shared<M> {
    /// A thread that panicked with the lock has left nothing half done: every change is one step.
    fn lock(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) -> Option<Waker> {
        let mut state = self.lock();
        state.is_open = false;
        self.has_room.notify_all();
        state.waiting.take()
    }
}

impl<M> Sender<M> {
    /// Waits until there is room. Says whether anybody is still there to receive it.
    pub(super) fn send(&self, message: M) -> bool {
        let is_full = |state: &mut State<M>| state.is_open && state.messages.len() >= state.room;
        let mut state = self.0.has_room.wait_while(self.0.lock(), is_full).unwrap_or_else(PoisonError::into_inner);
        if !state.is_open {
            return false;
        }
        state.messages.push_back(message);
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waker) = waiting {
            waker.wake();
        }
        true
    }
}

impl<M> Receiver<M> {
    /// The next message; none when the sender is gone and there are no more.
    pub(super) fn poll_next(&mut self, context: &Context<'_>) -> Poll<Option<M>> {
        let mut state = self.0.lock();
        if let Some(message) = state.messages.pop_front() {
            self.0.has_room.notify_one();
            return Poll::Ready(Some(message));
        }
        if !state.is_open {
            return Poll::Ready(None);
        }
        state.waiting = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<M> Drop for Sender<M> {
    fn drop(&mut self) {
        if let Some(waker) = self.0.close() {
            waker.wake();
        }
    }
}

impl<M> Drop for Receiver<M> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use core::future::poll_fn;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;
    use std::thread;

    use super::*;

    #[test]
    fn messages_arrive_in_order_and_who_sends_is_no_further_ahead_than_there_is_room() {
        let (sender, mut receiver) = channel(2);
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        let thread = thread::spawn(move || {
            for number in 0..1000 {
                assert!(sender.send(number));
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        for expected in 0..1000 {
            // What is counted later was sent earlier: never more than what is received, and two.
            assert!(sent.load(Ordering::SeqCst) <= expected + 2);
            assert_eq!(pollster::block_on(poll_fn(|context| receiver.poll_next(context))), Some(expected));
        }
        thread.join().unwrap();
        assert_eq!(pollster::block_on(poll_fn(|context| receiver.poll_next(context))), None);
    }

    #[test]
    fn who_waits_for_room_is_let_go_when_nobody_receives_any_more() {
        let (sender, receiver) = channel(1);
        assert!(sender.send(1));
        let thread = thread::spawn(move || sender.send(2));
        drop(receiver);
        assert!(!thread.join().unwrap());
    }

    #[test]
    fn who_waits_for_a_message_is_woken_when_the_sender_ends() {
        let (sender, mut receiver) = channel::<u8>(1);
        let thread = thread::spawn(move || drop(sender));
        assert_eq!(pollster::block_on(poll_fn(|context| receiver.poll_next(context))), None);
        thread.join().unwrap();
    }
}
