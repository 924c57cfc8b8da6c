"""The built-in classifier: what words around a word do to it, and what is none of its business."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import NO_TEXT, UNKNOWN_LANGUAGE, Lexicon, Verdict
from agents.text.quoting import MOST_KEPT, MOST_READ, own_words
from agents.text.tokens import data

LEXICON = Lexicon()


def score(text: str, language: str | None = None) -> float:
    verdict = LEXICON.judge(text, language)
    assert verdict.score is not None, verdict
    return verdict.score


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("The food was bad.", "The food was not bad."),
        ("Das Essen war schlecht.", "Das Essen war nicht schlecht."),
        ("Le repas était mauvais.", "Le repas n'était pas mauvais."),
        ("La comida estaba mala.", "La comida no estaba mala."),
        ("I am not happy with it.", "I am happy with it."),
        ("Das gefällt mir nicht.", "Das gefällt mir."),
        ("The service was very bad.", "The service was bad."),
        ("The service was bad.", "The service was slightly bad."),
        ("The service was BAD, and so was the food.", "The service was bad, and so was the food."),
        ("The service was bad!!!", "The service was bad."),
        ("It is nice, but the service was bad.", "The service was bad, but it is nice."),
        ("The cup was damaged.", "What if the cup was damaged?"),
        ("The service is bad 😡", "The service is bad"),
        ("Der Service ist schlecht.", "Der Service ist schlecht. Danke, alles wunderbar gelöst!"),
    ],
)
def test_the_words_around_a_word_count(worse: str, better: str) -> None:
    assert score(worse) < score(better)


def test_a_negation_of_the_phrase_itself_is_not_turned_round_by_another() -> None:
    assert LEXICON.judge("Nobody ever told me why there is no reply.", None).why == ("no reply",)
    assert score("Nobody ever told me why there is no reply.") < 0


def test_a_comma_stops_a_negation() -> None:
    assert score("No, the service is bad.") < 0


def test_a_long_report_of_errors_is_not_an_angry_one() -> None:
    report = "After the update there is an error. " * 40
    assert not LEXICON.judge(report, None).strongly_negative


def test_the_words_that_decided_are_told_as_they_were_written_the_weightiest_first() -> None:
    verdict = LEXICON.judge("Nobody helps, and this is a FRAUD of the worst kind.", None)
    assert verdict.why == ("FRAUD", "worst", "Nobody helps")


def test_the_greeting_at_the_end_is_no_praise() -> None:
    assert score("The parcel is at the door.\nMit freundlichen Grüßen", "en") == 0
    assert score("Wo ist mein Paket?\nMit freundlichen Grüßen\nAnna") == 0


@pytest.mark.parametrize(
    "quoted",
    [
        "> This is the worst service, a scam and a fraud.",
        "On Mon, 3 Nov 2026 at 10:00, Ann <ann@example.com> wrote:\nWorst service, a scam!",
        "Am 03.11.2026 um 10:00 schrieb Anna <anna@example.com>:\nDie schlechteste Firma, Betrug!",
        "Le lun. 3 nov. 2026 à 10:00, Anne <anne@example.com> a écrit :\nLa pire arnaque !",
        "El lun, 3 nov 2026 a las 10:00, Ana (<ana@example.com>) escribió:\nLa peor estafa.",
        "-----Original Message-----\nWorst service ever, a scam.",
        "-----Ursprüngliche Nachricht-----\nDer schlechteste Service, Betrug.",
        "From: Ann <ann@example.com>\nSent: Monday\nWorst service ever, a scam.",
        "-- \nWorst Service Ltd, scam department",
    ],
)
def test_what_is_quoted_from_earlier_mails_does_not_count(quoted: str) -> None:
    verdict = LEXICON.judge(f"Thank you, all is well and it works now.\n\n{quoted}", None)
    assert verdict.score is not None
    assert verdict.score > 0


def test_an_answer_below_a_quotation_counts() -> None:
    mail = "> We hope that you are happy.\nNo. This is the worst service I ever had."
    assert LEXICON.judge(mail, None).strongly_negative


@pytest.mark.parametrize("text", ["", "   \n", "4711 0815", "...?!", ">", "> quoted only"])
def test_without_words_there_is_nothing_to_say(text: str) -> None:
    assert LEXICON.judge(text, "en") == Verdict(None, None, (NO_TEXT,))


def test_emoji_alone_need_no_language() -> None:
    verdict = LEXICON.judge("😡😡", None)
    assert verdict.language is None
    assert verdict.strongly_negative
    assert verdict.why == ("😡",)
    assert score("👍") > 0


OTHERS = [
    "Waar blijft mijn bestelling? Ik ben erg teleurgesteld.",
    "Het is een schande, ik wil mijn geld terug.",
    "Il servizio è pessimo e voglio un rimborso.",
    "Sono molto deluso, una vergogna terribile.",
    "O serviço é péssimo, quero o meu dinheiro de volta.",
    "Nunca mais compro nesta loja.",
    "Isto é uma fraude, um horror.",
    "Estou furioso, o atendimento foi terrível e nunca mais compro nada aqui",
    "Espero uma resposta há três semanas e ninguém me responde, isto é inaceitável",
    "Péssimo, terrível, horrível. Não recomendo.",
    "A comida estava fria e o empregado foi grosseiro.",
    "Perderam a minha mala e ninguém sabe de nada.",
    "El servei és pèssim i vull els diners.",
    "Estic furiós, el servei és terrible i no compraré mai més res aquí",
    "Fa tres setmanes que espero una resposta, és inacceptable",
    "Una vergonya, no tornaré mai.",
    "Porto dues hores esperant i ningú agafa el telèfon.",
    "O servizo é horrible e quero os cartos de volta.",
    "Estou furioso, o servizo é terrible e nunca máis compro nada aquí",
    "Unha vergoña, non volvo máis.",
    "A comida estaba fría e o camareiro foi moi groseiro.",
    "Levo dúas horas agardando e ninguén colle o teléfono.",
    "Jag är mycket besviken på servicen.",
    "Jeg er meget skuffet over servicen.",
    "Jeg er veldig skuffet over tjenesten.",
    "Jestem bardzo rozczarowany obsługą.",
    "Jsem velmi zklamaný službou.",
    "Sunt foarte dezamăgit de serviciu.",
    "Nagyon csalódott vagyok a szolgáltatással.",
    "Olen erittäin pettynyt palveluun.",
    "Hizmetten çok memnun değilim.",
    "Saya sangat kecewa dengan layanan ini.",
    "Tôi rất thất vọng về dịch vụ.",
    "Ek is baie teleurgesteld met die diens.",
    "Ech sinn ganz enttäuscht vum Service.",
    "Gallia est omnis divisa in partes tres",
    "lorem ipsum dolor sit amet consectetur adipiscing elit",
    "Это ужасный сервис, верните деньги.",
    "Είμαι πολύ απογοητευμένος.",
    "服务太差了我要退款",
    "本当にひどいサービスです。",
    "الخدمة سيئة للغاية",
    "השירות נורא",
    "सेवा बहुत खराब है",
    "บริการแย่มาก",
    "서비스가 최악입니다",
    "asdf qwer zxcv",
    "ok",
]


@pytest.mark.parametrize("text", OTHERS)
def test_a_language_that_is_not_judged_is_unknown(text: str) -> None:
    unknown = Verdict(None, None, (UNKNOWN_LANGUAGE,))
    assert LEXICON.judge(text, None) == unknown
    assert LEXICON.judge(text, "pl") == unknown


def test_a_stated_language_decides_where_the_text_does_not() -> None:
    assert LEXICON.judge("Terrible!", None).language is None
    assert LEXICON.judge("Terrible!", "en-GB").strongly_negative
    assert LEXICON.judge("Terrible!", "EN_us").strongly_negative
    assert LEXICON.judge("Terrible!", "pl").language is None


def test_a_text_that_plainly_speaks_another_language_overrules_the_stated_one() -> None:
    german = "Das ist der schlechteste Service, den ich je erlebt habe."
    assert LEXICON.judge(german, "en").language == "de"
    assert LEXICON.judge("服务太差了我要退款", "en").language is None
    assert LEXICON.judge("Waar blijft mijn bestelling? Ik wil het nu.", "de").language is None


@pytest.mark.parametrize("stated", ["pt", "pt-BR", "ca", "gl", "por", "nl"])
def test_a_stated_language_that_is_not_judged_is_unknown(stated: str) -> None:
    unknown = Verdict(None, None, (UNKNOWN_LANGUAGE,))
    # Spanish by its words, as far as they go.
    assert LEXICON.judge("Que desastre de hotel, todo sucio.", None).language == "es"
    assert LEXICON.judge("Que desastre de hotel, todo sucio.", stated) == unknown


@pytest.mark.parametrize("stated", ["", "und", "mul", "default", "deu", "de_AT"])
def test_what_names_no_language_states_none(stated: str) -> None:
    assert LEXICON.judge("Das ist der schlechteste Service.", stated).language == "de"


def test_umlauts_written_out_and_accents_left_out_are_understood() -> None:
    assert score("Ich bin enttaeuscht von Ihnen") == score("Ich bin enttäuscht von Ihnen")
    assert score("Je suis tres decu de vous.") == score("Je suis très déçu de vous.")
    apart = unicodedata.normalize("NFD", "Je suis très déçu de vous.")
    assert score(apart) == score("Je suis très déçu de vous.")


def test_web_addresses_say_nothing() -> None:
    assert score("I found it at https://scam.example/worst-fraud, it is here.") == 0


def test_only_the_first_characters_count() -> None:
    calm = "This is the order of the day and it is here. " * 30
    assert len(calm) > MOST_KEPT
    assert LEXICON.judge(calm + "Worst service ever, fraud, scam!", None).score == 0
    assert len(own_words("word " * 100_000)) <= MOST_KEPT
    assert own_words(("> quoted\n" * MOST_READ) + "never read") == ""


def test_what_is_left_out_is_cut_off_between_words() -> None:
    scam = "x" * (MOST_KEPT - 9) + " scampering about"
    assert own_words(scam) == "x" * (MOST_KEPT - 9)
    assert own_words("x" * (MOST_KEPT + 1)) == "x" * MOST_KEPT
    assert own_words("x" * (MOST_KEPT - 5) + " scam and more").endswith(" scam")


def test_of_blank_lines_one_is_enough() -> None:
    assert own_words("One.\n \n\r\n\n  Two.") == "One.\n\n  Two."


@given(st.text(max_size=300), st.sampled_from([None, "en", "de", "fr", "es", "pl", ""]))
def test_any_text_is_judged_and_always_alike(text: str, language: str | None) -> None:
    verdict = LEXICON.judge(text, language)
    assert verdict == Lexicon().judge(text, language)
    if verdict.score is None:
        assert verdict.why in ((UNKNOWN_LANGUAGE,), (NO_TEXT,))
        assert verdict.language is None
    else:
        assert -1 <= verdict.score <= 1
        assert len(verdict.why) <= 5
        assert bool(verdict.why) == (verdict.score != 0)


WORDS = st.sampled_from(
    ["bad", "good", "not", "never", "no", "refund", "I", "am", "very", "happy", "terrible", "but",
     "if", "the", "service", "is", ",", ".", "!", "?", "😡"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40))
def test_any_row_of_words_is_judged(said: list[str]) -> None:
    verdict = LEXICON.judge(" ".join(said), "en")
    assert verdict.score is None or -1 <= verdict.score <= 1


def test_no_entry_of_the_lists_is_without_effect() -> None:
    """Every listed word of blame, said alone, is heard as blame, and praise as praise."""
    wrong = [
        (language, entry, weight)
        for language in ("en", "de", "fr", "es")
        for weight, entries in data(language)["words"].items()
        for entry in (each.strip().removesuffix("*") for each in entries.split(","))
        if entry and float(weight) and not entry.endswith("-")
        and (LEXICON.judge(f"{entry}.", language).score or 0) * float(weight) < 0
    ]  # fmt: skip
    assert wrong == []
