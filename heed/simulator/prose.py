"""The prose of docs/quality.md, around its tables."""

HEAD = """\
# Quality

Made by `make quality`; not written by hand. {seeds} simulated companies (seeds 1 to {seeds}), each
of {customers:,} customers and the other parties over {days:,} days. Figures are the mean over the
companies, ± the standard deviation between them.

- **truths**: how many there are in one company whose time to be noticed is over before its end.
- **precision**: of the alerts, how many are right: what they warn of is true of that customer.
- **recall**: of what is true, how much is noticed in time.
- **delay**: median time from the instant at which it became true to the alert. It is negative
  where the alert comes before it.
- **rule of thumb**: what houses use that do not look at each customer, measured in the same way.

The companies are made by `heed simulate`, whose people have hidden truths. These are drawn from
temper and chance before the interactions that follow from them, never from Heed's rules or
thresholds: rates of buying are gamma distributed, lives end by chance over time, patience and what
hurts differ from person to person and from call to call. So nobody can reach 1.00 where a truth
lies inside a person: two customers who wait equally long are not equally hurt, and a cart that is
left for good looks for a day like one that is slept over. Where a truth is an event (a complaint
taken to the press, a return after months), 1.00 is expected.

Heed runs with its built-in standards, as in a house that has set nothing yet; further down with
standards of its own. `resolution_unconfirmed` and `standard_missed` are silent until a house sets
something: their figures are those with the standards of its own here, too.

"""

OWN_HEAD = """
## With standards of its own

The same companies where the house has said what it knows of its business and what it promises
itself, and nothing of the truths:

```toml
{own}```

The built-in parameters of `gone_silent` and `lost` are fitted to CDNOW, a shop of other people.
Those above were fitted to a year of customers of the same kind, none of whom is measured here. The
third way is `model = "own_rhythm"`, each customer's own gaps: it hears sooner of who is gone, and
after two or three orders takes many a long gap for a silence.

"""

OWN_NEXT = """
What else differs:

"""

OFTEN_HEAD = """
## Where people buy often

In a company of {customers:,} customers who buy {often:g} times as often, with the standards above
and an `alpha` of 0.001 for spending. What a customer spends can only be compared with itself after
many orders: in the shop above nearly nobody has the eight that `spend_declined` asks for and then
three more, so the figures up there say nothing of the rule. Of orders that become half as many the
ninety days of the rule show too little to be certain with most people even here.

"""

PEOPLE_HEAD = """
## One person over all channels

The same companies, where {aliased:.0%} of the interactions say no `customer_id` (`heed simulate
--aliased 0.4`, see [simulator.md](simulator.md)): people come under a browser, a telephone, an
address or a card, share tablets and office lines, and sign in on other people's browsers.

Of all pairs of interactions: **precision** is how many of those put together are of one person,
**recall** how many of one person are put together. Whose an interaction is taken for is what the
links say at the end.

"""

PEOPLE_NEXT = """
Nobody can reach 1.00: some names are never linked to anybody, and a tablet in a family is one name
for three people. Believing every link finds a little more and runs whole families, offices and the
owners of borrowed browsers together.

What that does to signals that need to know a customer over time, with the house's own standards.
Where nothing is linked, an alert of a row that has only an alias counts as told of who most often
goes by it.

"""

LOW = """
## Why some figures are low

Each was looked into: whether the truth, the signal or the measure was wrong.

- `onboarding_stalled`: a first order begins it, too, and in this shop that means nothing: most who
  order a lamp do not order another within a week. The rule is right where what is sold is used
  with the house; the others set `after_order = false`. Right is an alert also of a trial that
  nobody uses, and of somebody who will not buy again.
- `left_after_purchase`: was measured against a hidden wish to turn away for good, of which leaving
  the list or sending back a whole order is but a sign. Now it is measured against what it says:
  that somebody did so within the two weeks in which buyers may withdraw. That is an event, and 1.00
  is no merit. What it foretells stands in the table below: in these companies nearly all who send
  an order back do it for the goods' sake, and leave no more often than others.
- `spend_declined`, `spend_grown`: the measure was unfair, see "Where people buy often". It showed
  all the same that `alpha` holds for one look and an order is a look: of customers who order every
  few days many are told of by chance. With 0.001 few are, and most of the true declines go unseen:
  a house must choose. Right is an alert also of somebody who stops altogether.
- `captive_dissatisfied`: the signal did not ask whether there is an alternative; now a house can
  name the regions without one. The truth asked for a mood that two hurts seldom lead to; now it is
  somebody whom we hurt twice within half a year and who has nowhere else to go. Many of these buy
  too seldom for it to be known whether they stay as ever, and are passed over.
- `check_in_due`: twice the median of the own gaps is exceeded by chance at every fourth contact of
  somebody without a fixed rhythm: the signal now takes a long gap of theirs (the 90th percentile),
  as `gone_silent` does. The truth knew only of those who drifted apart for good; it is also true
  that a word is due to whom nobody has spoken with for a quarter of a year, which is what the rule
  means. An alert before that is right if the silence then lasts.
- `delighted`: the truth was a good mood whenever somebody was asked, now it is having got clearly
  more than expected. The signal waits for a surprise and for praise within a week; these companies
  ask for both so close together only by chance, hence the low recall.
- `gone_silent`: its built-in parameters are another shop's, see "With standards of its own".
  Fitted to the house it is right more often, and later: of who buys every other month, two months
  of silence say little. Who wants to hear sooner raises `alive`, and is wrong more often.
- `resolution_unconfirmed`: is for a house that asks after each resolution, which is why it is off
  by default. This one never asks after a ticket, so nearly every resolution stays unconfirmed, and
  the precision is the share of those who are not convinced among all, as it is by the rule of
  thumb. That nearly all of them are noticed is no merit then. Its alerts count as dissatisfaction,
  so those of `captive_dissatisfied` with standards of its own are some more because of it.
- `standard_missed`: the house promises a call back within two hours, and there is patience for
  about three, with much between one person and the next. As with `answer_late`, a promise is
  broken more often than somebody minds. Few are called back late at all.
- `visit_inconsistent`: not quite every second customer minds a lack that they know from another
  visit. Some mind what only their own branch has given before, which the signal passes over: it
  compares branches. Ratings do not help: nobody in this shop is asked right after a visit.
- `after_sale_check_due`: who cannot get on with what came says nothing, and nothing else tells
  them from the others: a word a week after delivery is right as often as such people are. The rule
  of thumb finds all of them with more than twice as many words. The signal is silent after any
  contact within the week, and while a check after an earlier order is still owed.
- `occasion_due`: a reminder in a calendar does as well. Wrong are nearly only those of people who
  have left by then.
- `milestone_reached`: all orders that count are noticed. Wrong are only first logins, first uses
  and full years, which are no truths here.
- `advocate_silent`: the truth is of the few whose recommendation was followed and who then left for
  good. The signal takes for an advocate also who praised twice, and a long pause for silence: most
  of those alerted never brought us anybody, and most have not left. The rule of thumb hears of
  referrals only and is right more often, since praise counts for nothing in this truth.

"""

LEAVING_HEAD = """
## What they foretell

Some alerts tell of an event or a state, and are worth something if those people leave more often
than others. Of the customers alerted, the share who left for good or for months within {days} d,
beside the same after any order.

| | alerts | left |
|---|---:|---:|
"""

LIMITS = """\

## What the truths mean

A signal ought to notice these; the alert must open in the time given, after the truth (and where
it says so, before it).

{meanings}

True as well, and by themselves nothing to notice: an alert that only these explain is a false one.

{others}

## What is not measured

- Signals of groups here (of branches, products, steps and markets: below), and those that need a
  value model.
- Whether an alert led to anything: nobody in these companies acts on alerts.
- Real people. The simulator is our own picture of them: good for comparing rules and for noticing
  that one got worse, no promise for a real house. Public data is measured in the tests.
"""
