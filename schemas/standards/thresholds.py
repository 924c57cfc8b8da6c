"""The thresholds of every signal for one kind of customer."""

from msgspec import Struct

from schemas.standards.abandonment import (
    BrowseAbandoned,
    CartAbandoned,
    CheckoutAbandoned,
    ContactUnanswered,
    LeftAfterPurchase,
    OnboardingStalled,
    OneAndGone,
    PaymentUnrecovered,
    QueueAbandoned,
    RequestUnanswered,
    SuggestionUnanswered,
    TrialLapsing,
    VisitAbandoned,
)
from schemas.standards.churn import (
    CancellationIntended,
    CaptiveDissatisfied,
    Captured,
    GoneSilent,
    Lost,
    PerkWithdrawn,
    SpendDeclined,
    UsageDeclined,
    WonBack,
)
from schemas.standards.dissatisfaction import (
    AfterSaleCheckDue,
    ComplaintExternal,
    ComplaintRepeated,
    ComplaintUnanswered,
    ComplaintUnresolved,
    CustomerDissatisfied,
    DeliveryLate,
    Detractor,
    EffortHigh,
    ExpectationGap,
    NegativeMessage,
    ResolutionUnconfirmed,
    ReturnLate,
    SerialReturner,
    VisitInconsistent,
)
from schemas.standards.groups import (
    Bottleneck,
    BranchInconsistent,
    ChannelClosed,
    MarketShift,
    ProductTrouble,
    ServiceLevelMissed,
    StandardsMetUnhappy,
    WishRepeated,
)
from schemas.standards.relationship import (
    Advocate,
    AdvocateSilent,
    AnswerLate,
    AssistedLate,
    CheckInDue,
    Delighted,
    GoalStalled,
    GreetingLate,
    HoldTooLong,
    MilestoneReached,
    OccasionDue,
    SpendGrown,
    StandardMissed,
)


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """The thresholds of every signal, under the signal's name."""

    cart_abandoned: CartAbandoned = CartAbandoned()
    checkout_abandoned: CheckoutAbandoned = CheckoutAbandoned()
    payment_unrecovered: PaymentUnrecovered = PaymentUnrecovered()
    browse_abandoned: BrowseAbandoned = BrowseAbandoned()
    queue_abandoned: QueueAbandoned = QueueAbandoned()
    visit_abandoned: VisitAbandoned = VisitAbandoned()
    contact_unanswered: ContactUnanswered = ContactUnanswered()
    request_unanswered: RequestUnanswered = RequestUnanswered()
    suggestion_unanswered: SuggestionUnanswered = SuggestionUnanswered()
    onboarding_stalled: OnboardingStalled = OnboardingStalled()
    one_and_gone: OneAndGone = OneAndGone()
    left_after_purchase: LeftAfterPurchase = LeftAfterPurchase()
    trial_lapsing: TrialLapsing = TrialLapsing()

    gone_silent: GoneSilent = GoneSilent()
    lost: Lost = Lost()
    usage_declined: UsageDeclined = UsageDeclined()
    spend_declined: SpendDeclined = SpendDeclined()
    cancellation_intended: CancellationIntended = CancellationIntended()
    captured: Captured = Captured()
    captive_dissatisfied: CaptiveDissatisfied = CaptiveDissatisfied()
    perk_withdrawn: PerkWithdrawn = PerkWithdrawn()
    won_back: WonBack = WonBack()

    complaint_unanswered: ComplaintUnanswered = ComplaintUnanswered()
    complaint_unresolved: ComplaintUnresolved = ComplaintUnresolved()
    complaint_repeated: ComplaintRepeated = ComplaintRepeated()
    complaint_external: ComplaintExternal = ComplaintExternal()
    resolution_unconfirmed: ResolutionUnconfirmed = ResolutionUnconfirmed()
    detractor: Detractor = Detractor()
    expectation_gap: ExpectationGap = ExpectationGap()
    visit_inconsistent: VisitInconsistent = VisitInconsistent()
    effort_high: EffortHigh = EffortHigh()
    negative_message: NegativeMessage = NegativeMessage()
    customer_dissatisfied: CustomerDissatisfied = CustomerDissatisfied()
    delivery_late: DeliveryLate = DeliveryLate()
    after_sale_check_due: AfterSaleCheckDue = AfterSaleCheckDue()
    serial_returner: SerialReturner = SerialReturner()
    return_late: ReturnLate = ReturnLate()

    greeting_late: GreetingLate = GreetingLate()
    assisted_late: AssistedLate = AssistedLate()
    hold_too_long: HoldTooLong = HoldTooLong()
    answer_late: AnswerLate = AnswerLate()
    standard_missed: StandardMissed = StandardMissed()
    spend_grown: SpendGrown = SpendGrown()
    check_in_due: CheckInDue = CheckInDue()
    goal_stalled: GoalStalled = GoalStalled()
    occasion_due: OccasionDue = OccasionDue()
    milestone_reached: MilestoneReached = MilestoneReached()
    delighted: Delighted = Delighted()
    advocate: Advocate = Advocate()
    advocate_silent: AdvocateSilent = AdvocateSilent()

    service_level_missed: ServiceLevelMissed = ServiceLevelMissed()
    channel_closed: ChannelClosed = ChannelClosed()
    branch_inconsistent: BranchInconsistent = BranchInconsistent()
    standards_met_unhappy: StandardsMetUnhappy = StandardsMetUnhappy()
    bottleneck: Bottleneck = Bottleneck()
    product_trouble: ProductTrouble = ProductTrouble()
    wish_repeated: WishRepeated = WishRepeated()
    market_shift: MarketShift = MarketShift()
