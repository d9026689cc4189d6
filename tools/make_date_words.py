#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/formats/date/words_table.c: the words that dates are written with, folded and sorted.
usage: make_date_words.py [--check]

A line below is "meaning: words", the words divided by commas; a word may be a phrase. Months are the numbers 1 to 12,
weekdays 1 (Monday) to 7. Only what is sure is here: a word that means two things has two lines."""
import sys
import unicodedata
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "src/formats/date/words_table.c"

# The Gregorian months, one language a line, each month's forms divided by '/'.
MONTHS = """
jan/january,feb/february,mar/march,apr/april,may,jun/june,jul/july,aug/august,sep/sept/september,oct/october,nov/november,dec/december
jän/jänner/januar,feber/februar,mär/märz/mrz/maerz,april,mai,juni,juli,august,september,okt/oktober,november,dez/dezember
janv/janvier,févr/fév/fevr/février,mars,avr/avril,mai,juin,juil/juillet,août,septembre,octobre,novembre,déc/décembre
ene/enero,febrero,marzo,abr/abril,mayo,junio,julio,ago/agosto,set/septiembre/setiembre,octubre,noviembre,dic/diciembre
janeiro,fev/fevereiro,março,abril,maio,junho,julho,agosto,setembro,out/outubro,novembro,dez/dezembro
gen/gennaio,febbraio,marzo,aprile,mag/maggio,giu/giugno,lug/luglio,agosto,sett/settembre,ott/ottobre,novembre,dicembre
januari,februari,mrt/maart,april,mei,juni,juli,augustus,september,oktober,november,december
stycznia/styczeń/sty,lutego/luty/lut,marca/marzec,kwietnia/kwiecień/kwi,maja/maj,czerwca/czerwiec/cze,lipca/lipiec/lip,sierpnia/sierpień/sie,września/wrzesień/wrz,października/październik/paź,listopada/listopad/lis,grudnia/grudzień/gru
января/январь/янв,февраля/февраль/фев/февр,марта/март/мар,апреля/апрель/апр,мая/май,июня/июнь/июн,июля/июль/июл,августа/август/авг,сентября/сентябрь/сен/сент,октября/октябрь/окт,ноября/ноябрь/ноя/нояб,декабря/декабрь/дек
січня/січень/січ,лютого/лютий/лют,березня/березень/бер,квітня/квітень/квіт,травня/травень/трав,червня/червень/черв,липня/липень/лип,серпня/серпень/серп,вересня/вересень/вер,жовтня/жовтень/жовт,листопада/листопад/лист,грудня/грудень/груд
януари,февруари,март,април,май,юни,юли,август,септември,октомври,ноември,декември
јануар/јануара,фебруар/фебруара,март/марта,април/априла,мај/маја,јун/јуна,јул/јула,август/августа,септембар/септембра,октобар/октобра,новембар/новембра,децембар/децембра
januar/januara,februar/februara,mart/marta,april/aprila,maj/maja,jun/juna,jul/jula,avgust/avgusta/avg,septembar/septembra,oktobar/oktobra,novembar/novembra,decembar/decembra
siječanj/siječnja,veljača/veljače,ožujak/ožujka,travanj/travnja,svibanj/svibnja,lipanj/lipnja,srpanj/srpnja,kolovoz/kolovoza,rujan/rujna,,studeni/studenoga/studenog,prosinac/prosinca
januar/januarja,februar/februarja,marec/marca,april/aprila,maj/maja,junij/junija,julij/julija,avgust/avgusta,september/septembra,oktober/oktobra,november/novembra,december/decembra
ocak/oca,şubat/şub,mart,nisan/nis,mayıs,haziran/haz,temmuz/tem,ağustos/ağu,eylül/eyl,ekim/eki,kasım/kas,aralık/ara
januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december
januar,februar,mars,april,mai,juni,juli,august,september,oktober/okt,november,desember/des
januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december
tammikuu/tammikuuta/tammikuun/tammi,helmikuu/helmikuuta/helmikuun/helmi,maaliskuu/maaliskuuta/maaliskuun/maalis,huhtikuu/huhtikuuta/huhtikuun/huhti,toukokuu/toukokuuta/toukokuun/touko,kesäkuu/kesäkuuta/kesäkuun/kesä,heinäkuu/heinäkuuta/heinäkuun/heinä,elokuu/elokuuta/elokuun/elo,syyskuu/syyskuuta/syyskuun/syys,lokakuu/lokakuuta/lokakuun/loka,marraskuu/marraskuuta/marraskuun/marras,joulukuu/joulukuuta/joulukuun/joulu
leden/ledna/led,únor/února/úno,březen/března/bře,duben/dubna/dub,květen/května/kvě,červen/června/čvn,červenec/července/čvc,srpen/srpna/srp,září/zář,říjen/října/říj,listopad/listopadu,prosinec/prosince/pro
január/januára,február/februára,marec/marca,apríl/apríla,máj/mája,jún/júna,júl/júla,augusta,septembra,október/októbra,novembra,decembra
január/januárja/januári,február/februári/febr,március/márc/márciusi,április/ápr/áprilisi,május/máj/májusi,június/jún/júniusi,július/júl/júliusi,augusztus/augusztusi,szeptember/szept/szeptemberi,október/októberi,november/novemberi,december/decemberi
ian/ianuarie,februarie,martie,aprilie,mai,iun/iunie,iul/iulie,august,septembrie,octombrie,noi/noiembrie,decembrie
ιανουαρίου/ιανουάριος/ιαν/γενάρη,φεβρουαρίου/φεβρουάριος/φεβ/φεβρ,μαρτίου/μάρτιος/μαρ/μάρτη,απριλίου/απρίλιος/απρ/απρίλη,μαΐου/μάιος/μαι/μάη,ιουνίου/ιούνιος/ιουν/ιούνη,ιουλίου/ιούλιος/ιουλ/ιούλη,αυγούστου/αύγουστος/αυγ/αυγ,σεπτεμβρίου/σεπτέμβριος/σεπ/σεπτ/σεπτέμβρη,οκτωβρίου/οκτώβριος/οκτ/οκτώβρη,νοεμβρίου/νοέμβριος/νοε/νοεμ/νοέμβρη,δεκεμβρίου/δεκέμβριος/δεκ/δεκέμβρη
ינואר/בינואר,פברואר/בפברואר,מרץ/במרץ/מרס/במרס,אפריל/באפריל,מאי/במאי,יוני/ביוני,יולי/ביולי,אוגוסט/באוגוסט,ספטמבר/בספטמבר,אוקטובר/באוקטובר,נובמבר/בנובמבר,דצמבר/בדצמבר
जनवरी/जन,फ़रवरी/फर/फेब्रुवारी,मार्च,अप्रैल/अप्रै,मई,जून,जुलाई/जुल,अगस्त/अग,सितंबर/सितम्बर/सित,अक्टूबर/अक्तूबर/अक्ट,नवंबर/नवम्बर/नव,दिसंबर/दिसम्बर/दिस
জানুয়ারি/জানুয়ারী,ফেব্রুয়ারি/ফেব্রুয়ারী,মার্চ,এপ্রিল,মে,জুন,জুলাই,আগস্ট,সেপ্টেম্বর,অক্টোবর,নভেম্বর,ডিসেম্বর
جنوری,فروری,مارچ,اپریل,مئی,جون,جولائی,اگست,ستمبر,اکتوبر,نومبر,دسمبر
januari,februari,maret,april,mei,juni,juli,agustus/agu/agt,september,oktober,november/nop,desember
januari,februari,mac,april,mei,jun,julai,ogos/ogo,september,oktober,november,disember/dis
tháng một/tháng giêng,tháng hai,tháng ba,tháng tư,tháng năm,tháng sáu,tháng bảy,tháng tám,tháng chín,tháng mười,tháng mười một,tháng mười hai/tháng chạp
يناير,فبراير,مارس,أبريل/إبريل,مايو,يونيو/يونيه,يوليو/يوليه,أغسطس,سبتمبر,أكتوبر,نوفمبر,ديسمبر
كانون الثاني,شباط,آذار,نيسان,أيار,حزيران,تموز,آب,أيلول,تشرين الأول,تشرين الثاني,كانون الأول
جانفي,فيفري,مارس,أفريل,ماي,جوان,جويلية,أوت,سبتمبر,أكتوبر,نوفمبر,ديسمبر
يناير,فبراير,مارس,أبريل,ماي,يونيو,يوليوز,غشت,شتنبر,أكتوبر,نونبر,دجنبر
ژانویه,فوریه,مارس,آوریل,مه/می,ژوئن,ژوئیه/جولای,اوت/آگوست,سپتامبر,اکتبر,نوامبر,دسامبر
يانۋار,فېۋرال,مارت,ئاپرېل,ماي,ئىيۇن,ئىيۇل,ئاۋغۇست,سېنتەبىر,ئۆكتەبىر,نويابىر,دېكابىر
يانۋارنىڭ,فېۋرالنىڭ,مارتنىڭ,ئاپرېلنىڭ,ماينىڭ,ئىيۇننىڭ,ئىيۇلنىڭ,ئاۋغۇستنىڭ,سېنتەبىرنىڭ,ئۆكتەبىرنىڭ,نويابىرنىڭ,دېكابىرنىڭ
қаңтар,ақпан,наурыз,сәуір,мамыр,маусым,шілде,тамыз,қыркүйек,қазан,қараша,желтоқсан
jaanuar,veebruar,märts,aprill,mai,juuni,juuli,august,september,oktoober/okt,november,detsember/dets
janvāris/janvārī,februāris/februārī,marts/martā,aprīlis/aprīlī,maijs/maijā,jūnijs/jūnijā,jūlijs/jūlijā,augusts/augustā,septembris/septembrī,oktobris/oktobrī,novembris/novembrī,decembris/decembrī
sausio,vasario,kovo,balandžio,gegužės,birželio,liepos,rugpjūčio,rugsėjo,spalio,lapkričio,gruodžio
gener/gen,febrer,març,abril,maig,juny,juliol,agost,setembre,octubre,novembre,desembre
urtarrila,otsaila,martxoa,apirila,maiatza,ekaina,uztaila,abuztua,iraila,urria,azaroa,abendua
"""

THAI = """มกราคม/ม.ค,กุมภาพันธ์/ก.พ,มีนาคม/มี.ค,เมษายน/เม.ย,พฤษภาคม/พ.ค,มิถุนายน/มิ.ย,กรกฎาคม/ก.ค,สิงหาคม/ส.ค,กันยายน/ก.ย,ตุลาคม/ต.ค,พฤศจิกายน/พ.ย,ธันวาคม/ธ.ค"""

JALALI = """فروردین,اردیبهشت,خرداد,تیر,مرداد/امرداد,شهریور,مهر,آبان,آذر,دی,بهمن,اسفند
حمل,ثور,جوزا,سرطان,اسد,سنبله,میزان,عقرب,قوس,جدی,دلو,حوت
وری,غویی,غبرګولی,چنګاښ,زمری,وږی,تله,لړم,لیندۍ,مرغومی,سلواغه,کب"""

HIJRI = """محرم/المحرم,صفر,ربيع الأول/ربيع أول,ربيع الآخر/ربيع الثاني/ربيع ثاني,جمادى الأولى/جمادى الأول,جمادى الآخرة/جمادى الثانية/جمادى الآخر,رجب,شعبان,رمضان,شوال,ذو القعدة/ذي القعدة,ذو الحجة/ذي الحجة"""

# A language a line, Monday first; '/' between forms.
WEEKDAYS = """
mon/monday,tue/tues/tuesday,wed/weds/wednesday,thu/thur/thurs/thursday,fri/friday,sat/saturday,sun/sunday
mo/montag,di/dienstag,mi/mittwoch,do/donnerstag,fr/freitag,sa/samstag/sonnabend,so/sonntag
lun/lundi,mar/mardi,mer/mercredi,jeu/jeudi,ven/vendredi,sam/samedi,dim/dimanche
lunes,mar/martes,mié/miércoles,jue/jueves,vie/viernes,sáb/sábado,dom/domingo
seg/segunda/segunda-feira,ter/terça/terça-feira,qua/quarta/quarta-feira,qui/quinta/quinta-feira,sex/sexta/sexta-feira,sáb/sábado,dom/domingo
lunedì,martedì,mercoledì,gio/giovedì,venerdì,sabato,domenica
ma/maandag,dinsdag,wo/woensdag,donderdag,vr/vrijdag,za/zaterdag,zo/zondag
poniedziałek/pon,wtorek/wt,środa/śr,czwartek/czw,piątek/pt,sobota/sob,niedziela/ndz/niedz
понедельник/пн,вторник/вт,среда/ср/среду,четверг/чт,пятница/пт/пятницу,суббота/сб/субботу,воскресенье/вс
понеділок,вівторок,середа,четвер,п'ятниця,субота,неділя
понеделник,вторник,сряда,четвъртък,петък,събота,неделя
pazartesi/pzt,salı,çarşamba/çar,perşembe/per,cuma/cum,cumartesi/cmt,pazar/paz
mån/måndag,tis/tisdag,ons/onsdag,tors/torsdag,fre/fredag,lör/lördag,sön/söndag
mandag/man,tirsdag/tir,onsdag,torsdag/tor,fredag,lørdag/lør,søndag/søn
maanantai/maanantaina,tiistai/tiistaina/ti,keskiviikko/keskiviikkona/ke,torstai/torstaina/to,perjantai/perjantaina/pe,lauantai/lauantaina/la,sunnuntai/sunnuntaina/su
pondělí/po,úterý/út,středa/st,čtvrtek/čt,pátek/pá,sobota/so,neděle/ne
pondelok,utorok,streda,štvrtok,piatok,sobota,nedeľa
ponedjeljak,utorak,srijeda,četvrtak,petak,subota,nedjelja
hétfő,kedd,szerda,csütörtök,péntek,szombat,vasárnap
luni,marți/mar,miercuri,joi,vineri,sâmbătă,duminică
δευτέρα/δευ,τρίτη/τρι,τετάρτη/τετ,πέμπτη/πεμ,παρασκευή/παρ,σάββατο/σαβ,κυριακή/κυρ
יום שני,יום שלישי,יום רביעי,יום חמישי,יום שישי,שבת/יום שבת,יום ראשון
सोमवार/सोम,मंगलवार/मंगल,बुधवार/बुध,गुरुवार/गुरु/गुरूवार,शुक्रवार/शुक्र,शनिवार/शनि,रविवार/रवि
senin,selasa,rabu,kamis,jumat,sabtu,minggu
thứ hai,thứ ba,thứ tư,thứ năm,thứ sáu,thứ bảy,chủ nhật
الاثنين/الإثنين/اثنين,الثلاثاء/ثلاثاء,الأربعاء/اربعاء,الخميس/خميس,الجمعة/جمعة,السبت/سبت,الأحد/احد
دوشنبه,سه شنبه/سه‌شنبه,چهارشنبه/چهار شنبه,پنجشنبه/پنج‌شنبه/پنج شنبه,جمعه/آدینه,شنبه,یکشنبه/یک شنبه
پیر,منگل,بدھ,جمعرات,جمعہ,ہفتہ,اتوار
دۈشەنبە,سەيشەنبە,چارشەنبە,پەيشەنبە,جۈمە,شەنبە,يەكشەنبە
星期一/周一/週一/礼拜一,星期二/周二/週二,星期三/周三/週三,星期四/周四/週四,星期五/周五/週五,星期六/周六/週六,星期日/周日/週日/星期天
月曜日/月曜,火曜日/火曜/火,水曜日/水曜/水,木曜日/木曜/木,金曜日/金曜/金,土曜日/土曜/土,日曜日/日曜
월요일,화요일,수요일,목요일,금요일,토요일,일요일
월,화,수,목,금,토,일
วันจันทร์,วันอังคาร,วันพุธ,วันพฤหัสบดี,วันศุกร์,วันเสาร์,วันอาทิตย์
pirmadienis,antradienis,trečiadienis,ketvirtadienis,penktadienis,šeštadienis,sekmadienis
esmaspäev,teisipäev,kolmapäev,neljapäev,reede,laupäev,pühapäev
pirmdiena,otrdiena,trešdiena,ceturtdiena,piektdiena,sestdiena,svētdiena
"""

# label PUBLISHED / UPDATED / OTHER
LABELS = {
    "DATE_LABEL_PUBLISHED": """published,publish,publishing,publication date,date published,publish date,published date,published on,posted,posted on,post date,released,release date,issued,date issued,first published,first posted,originally published,originally posted,date,dated,pub,pubdate,submitted,created,written,filed,date created,added,date posted,press release,news release,uploaded,issue date
veröffentlicht,veröffentlichung,veröffentlichungsdatum,erschienen,erscheinungsdatum,erstellt,erstellt am,publiziert,gepostet,geschrieben,geschrieben am,eingestellt,eingetragen,verfasst,verfasst am,datum,erstveröffentlichung,pressemitteilung,artikel vom,beitrag vom,meldung vom,online seit,verfügbar seit,eintrag vom,hinzugefügt,vom
publié,publiée,publiés,publication,date de publication,publié le,posté,postée,mis en ligne,mise en ligne,créé,créé le,paru,paru le,rédigé,rédigé le,écrit le,ajouté,ajouté le,parution,diffusé le
publicado,publicada,publicación,fecha de publicación,fecha,creado,escrito,subido,emitido,fecha publicación
publicação,data de publicação,data da publicação,postado,postada,criado,criado em,data,inserido,escrito em
pubblicato,pubblicata,pubblicazione,data di pubblicazione,postato,inserito,scritto il,creato,caricato,data pubblicazione
gepubliceerd,publicatie,publicatiedatum,geplaatst,geplaatst op,gepost,aangemaakt,verschenen,toegevoegd
opublikowano,opublikowany,opublikowana,opublikowane,data publikacji,publikacja,dodano,dodany,dodane,utworzono,utworzony,data dodania,data utworzenia,zamieszczono,wpis z,napisano
опубликовано,опубликован,опубликована,опубликованы,публикация,дата публикации,дата,размещено,размещен,размещена,добавлено,добавлен,создано,создан,написано,вышло,выложено
опубліковано,опублікований,дата публікації,публікація,розміщено,додано,створено
публикувано,публикувана,публикуван,публикувана на,добавена
objavljeno,објављено,objavljen,objavil,datum objave,kreirano,postavljeno
yayınlanma,yayınlandı,yayınlanma tarihi,yayın tarihi,yayınlanma zamanı,yayımlanma,yayımlanma tarihi,yayımlandı,yayın,giriş,giriş tarihi,oluşturulma,oluşturulma tarihi,oluşturma,eklenme,eklenme tarihi,eklendi,tarih,tarihi,yayınlama,haber giriş,ilk yayın
publicerad,publicerat,publicerades,publicerad den,skapad,upplagd,inlagd,postad,publiceringsdatum
publisert,publisert av,lagt ut,opprettet,skrevet,publiseringsdato
publiceret,offentliggjort,oprettet,udgivet,lagt på,indsendt,dato
julkaistu,julkaistiin,julkaisupäivä,luotu,lisätty
publikováno,publikován,publikovaný,zveřejněno,zveřejněn,vydáno,vydání,vytvořeno,vloženo,přidáno,datum vydání,datum publikace
publikované,zverejnené,uverejnené,vytvorené,pridané,vydané
közzétéve,közzététel,megjelent,megjelenés,publikálva,létrehozva,publikálás,feltöltve,kiadva,írta
publicat,publicată,publicat la,postat,postat la,adăugat,data publicării,data publicarii,creat
δημοσίευση,δημοσιεύτηκε,δημοσιεύθηκε,δημοσιευμένο,δημοσιεύσεις,ημερομηνία δημοσίευσης,αναρτήθηκε,ανάρτηση,ημερομηνία,καταχωρήθηκε,καταχώρηση,πρώτη δημοσίευση
פורסם,פורסמה,פורסם ב,תאריך,תאריך פרסום,פרסום,נכתב,הועלה
प्रकाशित,प्रकाशन,प्रकाशित तिथि,पब्लिश,पब्लिश्ड,दिनांक,पोस्ट,पोस्टेड,द्वारा प्रकाशित
প্রকাশ,প্রকাশিত,প্রকাশের সময়
diterbitkan,dipublikasikan,dipublish,diposting,terbit,tayang,ditayangkan,tanggal,diunggah,publikasi,dimuat,diterbitkan pada
đăng,ngày đăng,đăng ngày,đăng lúc,xuất bản,ngày xuất bản,ngày
نشر,نُشر,نشرت,نشر في,تاريخ النشر,نشر بتاريخ,نشر يوم,تم النشر,تم النشر في,تم نشره,تاريخ,بتاريخ,التاريخ,النشر,وقت النشر,أضيف,أضيفت,كتب في,كتب,منشور,تحرير في,المصدر نشر
انتشار,تاریخ انتشار,زمان انتشار,منتشر شده,منتشر شد,تاریخ,درج,ارسال,ارسال شده,تاریخ درج,زمان,تاریخ خبر
تاریخ اشاعت,اشاعت,شائع
ئېلان قىلىنغان,ئېلان قىلىنغان ۋاقتى,ئېلان قىلىندى,ئېلان قىلغان ۋاقتى,يوللانغان,يوللانغان ۋاقتى,يوللىغان ۋاقتى,يوللاندى,كىرگۈزۈلگەن ۋاقتى,چىقىرىلغان ۋاقتى,ۋاقتى,چېسلا,نەشر قىلىنغان
发布,发布于,发布时间,发布日期,发表,发表于,发表时间,发表日期,发稿,发稿时间,刊发,刊发时间,时间,日期,上传,上传时间,添加时间,录入时间,创建时间,创建于,出版,出版日期,原创,撰写,撰写于,投稿,提交时间,刊登,刊登日期,成文日期,发文日期,印发日期
發布,發佈,發布於,發佈於,發布時間,發佈時間,發布日期,發佈日期,發表,發表於,發表時間,發稿,發稿時間,刊出,刊出日期,時間,上傳,上傳時間,建立時間,建立日期,出版時間,撰寫,上架,上架時間,張貼,張貼日期,刊登時間
公開,公開日,公開日時,掲載,掲載日,掲載日時,投稿日,投稿日時,配信,配信日時,配信日,発行,発行日,発表日,登録日,作成日,作成日時,日付,初出,記事公開日,発売日
입력,입력시간,입력일,등록,등록일,등록일시,등록시간,게시,게시일,작성,작성일,작성일자,발행,발행일,승인,승인시간,기사입력,기사등록,기사승인,최초입력,송고,송고시간,전송,날짜,보도자료
เผยแพร่,เผยแพร่เมื่อ,โพสต์,โพสต์เมื่อ,วันที่,ประกาศ,วันที่เผยแพร่
paskelbta,publikuota,avaldatud,publicēts,publicēta,pievienots,postitatud,publicat el,argitaratua""",
    "DATE_LABEL_UPDATED": """updated,update,updates,last updated,date updated,last update,updated on,modified,last modified,date modified,revised,last revised,edited,last edited,changed,last changed,amended,reviewed,last reviewed,upd,modification date,last modification,corrected,refreshed
aktualisiert,aktualisierung,letzte aktualisierung,aktualisierungsdatum,zuletzt aktualisiert,geändert,zuletzt geändert,letzte änderung,änderung,bearbeitet,zuletzt bearbeitet,letzte bearbeitung,stand,überarbeitet,ergänzt,update vom,upgedatet
mis à jour,mise à jour,mise à jour le,màj,maj,modifié,modifiée,modifié le,dernière modification,dernière mise à jour,actualisé,actualisé le,actualisation,révisé le
actualizado,actualizada,actualización,última actualización,modificado,modificada,última modificación,editado,fecha de actualización,revisado
atualizado,atualizada,atualização,última atualização,data de atualização,última modificação,alterado em
aggiornato,aggiornata,aggiornamento,ultimo aggiornamento,modificato,modificata,ultima modifica,ultimi aggiornamenti
bijgewerkt,geüpdatet,bijgewerkt op,laatst bijgewerkt,gewijzigd,laatst gewijzigd,laatste update,laatste wijziging,aangepast,geactualiseerd
aktualizacja,aktualizowano,zaktualizowano,ostatnia aktualizacja,zmodyfikowano,ostatnia modyfikacja,modyfikacja,edytowano,data aktualizacji,data modyfikacji,poprawiono,uaktualniono
обновлено,обновлён,обновлена,обновление,последнее обновление,дата обновления,изменено,изменён,последнее изменение,отредактировано,дата изменения,исправлено,дополнено
оновлено,оновлення,змінено,останнє оновлення,відредаговано
обновена,обновено,актуализирана,последна промяна,последна актуализация
ažurirano,ажурирано,posljednja izmjena,zadnja izmjena,izmijenjeno,posodobljeno,osveženo
güncelleme,güncellendi,güncellenme,güncellenme tarihi,güncelleme tarihi,son güncelleme,son güncelleme tarihi,son güncellenme,değiştirilme,düzenlenme,son düzenleme,değiştirilme tarihi
uppdaterad,uppdaterat,uppdaterades,senast uppdaterad,senast ändrad,ändrad,ändrat,senast ändrat,reviderad
oppdatert,sist oppdatert,sist endret,endret,oppdateringsdato
opdateret,sidst opdateret,ændret,sidst ændret,senest opdateret,redigeret
päivitetty,päivitettiin,muokattu,viimeksi päivitetty,viimeksi muokattu,muutettu
aktualizováno,aktualizován,aktualizace,poslední aktualizace,poslední změna,upraveno,změněno,naposledy upraveno,upraveno dne
aktualizované,aktualizácia,posledná aktualizácia,upravené
frissítve,frissítés,utolsó frissítés,módosítva,módosítás,utoljára módosítva,utolsó módosítás,szerkesztve,javítva
actualizat,actualizat la,actualizată,ultima actualizare,actualizare,modificat la,ultima modificare
ενημέρωση,ενημερώθηκε,τελευταία ενημέρωση,ανανέωση,ανανεώθηκε,τελευταία ανανέωση,τροποποίηση,τελευταία τροποποίηση
עודכן,עודכנה,עדכון,עדכון אחרון,עודכן לאחרונה,תאריך עדכון,נערך
अपडेट,अपडेटेड,अद्यतन,अपडेट किया गया,अंतिम अपडेट,संशोधित,अपडेट हुआ
আপডেট,হালনাগাদ
diperbarui,diperbaharui,diupdate,pembaruan,terakhir diperbarui,diubah,disunting,dimutakhirkan
cập nhật,cập nhật lúc,lần cuối,sửa đổi,chỉnh sửa,ngày cập nhật
تحديث,آخر تحديث,التحديث,تاريخ التحديث,تم التحديث,تم التحديث في,حدث,محدث,آخر تعديل,تعديل,عدل في,تم التعديل
به روزرسانی,به‌روزرسانی,به‌روز شده,بروزرسانی,بروز رسانی,روزآمد,آخرین به‌روزرسانی,آخرین بروزرسانی,آخرین ویرایش,ویرایش,آخرین تغییر,تاریخ به روز رسانی
تجدید,اپ ڈیٹ
يېڭىلانغان,يېڭىلانغان ۋاقتى,يېڭىلاندى,ئەڭ ئاخىرقى يېڭىلانغان ۋاقتى,يېڭىلاش,يېڭىلاش ۋاقتى,تۈزىتىلگەن,ئۆزگەرتىلگەن
更新,更新于,更新时间,更新日期,最后更新,最近更新,最新更新,修改,修改时间,最后修改,修改于,最后编辑,编辑于,修订,修订日期
更新於,更新時間,最後更新,最近更新,修改時間,最後修改,修訂,編輯於,最後編輯,修訂日期
更新日,更新日時,最終更新,最終更新日,改訂,改訂日,改定日,修正,最終更新日時,最終改訂,変更日
수정,수정일,수정일시,수정시간,최종수정,최종 수정,최종편집,업데이트,갱신,최종업데이트,기사수정,최종 업데이트,변경일
อัปเดต,อัพเดท,อัปเดตล่าสุด,แก้ไขล่าสุด,ปรับปรุงล่าสุด,ปรับปรุง
atnaujinta,uuendatud,muudetud,atjaunots,labots,actualitzat,actualitzat el,eguneratua""",
    "DATE_LABEL_OTHER": """copyright,copr,release date,release,all rights reserved,event,events,event date,born,died,birth,date of birth,archived,archived from,retrieved,accessed,access date,expires,expiry,expiration,expired,deadline,joined,member since,since,founded,established,effective,registered,starts,start date,ends,end date,until,valid,best before,next,crawled,air date,when,last seen,last login,last visit,current time,today is,local time,printed,printed on,dob,last access,closing date,due,application deadline,available until,show date,arrest date,visited,accessed on,last post,latest post,closes
urheberrecht,geboren,geb,gestorben,gest,abgerufen,abgerufen am,archiviert,gültig bis,gültig ab,läuft bis,mitglied seit,registriert seit,dabei seit,termin,termine,veranstaltung,beginn,ende,anmeldeschluss,einsendeschluss,bewerbungsfrist,bis,ab,seit,heute ist,gegründet,frist,wann,verstorben,beigetreten,letzter besuch,druckdatum,gedruckt am
né,née,né le,née le,mort le,décédé,consulté,consulté le,archivé,événement,évènement,jusqu,depuis,date limite,inscrit,inscrit le,expire,droits d'auteur,nous sommes le
nacido,nacida,nació,falleció,consultado,archivado,evento,hasta,desde,vence,derechos reservados,hoy es,miembro desde,nasceu,morreu,acesso em,consultado em,até
nato,nata,morto,consultato,archiviato,fino al,scadenza,dal,iscritto
geboren op,overleden,geraadpleegd,gearchiveerd,tot,vanaf,lid sinds,sinds
urodzony,urodzona,zmarł,dostęp,zarchiwizowane,termin,dołączył,wydarzenie,do dnia
родился,родилась,умер,умерла,авторские права,архивировано,зарегистрирован,регистрация,до,сегодня,событие,срок,с нами с
народився,народилася,помер,зареєстрований
doğum,doğum tarihi,ölüm,telif,etkinlik,üyelik tarihi,kayıt tarihi,son başvuru
född,död,arkiverad,hämtad,medlem sedan,født,medlem siden,hentet,død,syntynyt,kuollut,narozen,született,meghalt,născut,γεννήθηκε,נולד,lahir,sinh ngày
حقوق النشر,حقوق الطبع,جميع الحقوق محفوظة,ولد,توفي,مواليد,الفعالية,الموعد,انضم,متولد,درگذشت,امروز,کپی رایت,عضویت,نەشر ھوقۇقى,تۇغۇلغان
版权,版权所有,截至,截止,截止日期,截止时间,出生,生于,逝世,活动时间,注册时间,注册,加入时间,今天是,有效期,报名时间,成立于,开始时间,结束时间,生日,施行日期,实施日期,讲座时间,会议时间,版權,版權所有,截止時間,加入時間,今天是,活動時間,活動日期,註冊時間,出生於,有效期限
著作権,開催日,開催日時,締切,生まれ,期間,募集期間,アーカイブ,取得日,閲覧,本日
가입일,생년월일,마감일,행사일,오늘,저작권,ลิขสิทธิ์""",
}

CLASSES = {
    # between the parts of a stamp
    ("FILL", 0): """at,on,u,the,of,um,am,dem,den,der,le,à,de,del,dell,di,do,da,e,a las,a la,a les,las,alle,alle ore,il,em,às,as,a,op,om,w,o,dnia,v,ve,na,la,el,los,on the,στις,στη,την,at around,around,klockan,saat,în,în data de,ora,dne,d,den,г,год,года,р,рік,року,год,в,во,о,об,от,у,на,el día,día,dia,den,og,i,kl,year,day,ad,ce,m,gada,с,aikana,klo,jam,pukul,lúc,vào,vào lúc,pada,في,من,يوم,الموافق,الموافق ل,بتاريخ,عام,سنة,عند,على,ساعت,در,روز,مورخ,सुबह के,को,का,की,ב,ה,בשעה,שעה,em,hora,horas,local,local time,ist,was,stk,ca,hrs,t,година,ч,час,a partir,time,г в,年の,的,於,于,در تاریخ,در ساعت,كۈنى,سائەت,کو,بوقت,เวลา,เมื่อ,พ.ศ,ค.ศ,час,o'clock""",
    # before a clock: a dot may part hours and minutes
    ("CLOCK", 0): """um,u,kl,klo,klockan,kello,ore,alle ore,alle,h,godz,godzina,o godz,godzinie,ora,saat,jam,pukul,lúc,ώρα,στις,at,om,à,às,a las,в,о,об,у,час,الساعة,ساعت,بشعة,בשעה,שעה,saa,kell,plkst,val,сағат,v,ve,सुबह,time,ساعة,w godz,von,gegen,около""",
    # after it
    ("UHR", 0): "uhr,horas,hrs,hs,h,น,น.,godz,heure,heures,uur,óra,órakor,часов,ч,giờ,hodin,hod,val",
    ("H", 0): "h,hs,hrs,heures,heure,hora,giờ,g,u,uhr,год,ч",
    ("MIN", 0): "min,mins,m,mn,minutes,minuten,minuti,minuto,minutos,phút,мин",
    ("T", 0): "t",
    ("ORDINAL", 0): "st,nd,rd,th,er,º,ª,eme,ème,e,ste,de,a,as,ąją,ого,го,е,е,й,aj,ik,én,án,и,και,η,ης,ο",
    ("AMPM", 0): "am,a m,上午,午前,오전,ص,صباحا,صباحاً,قبل الظهر,öö,πμ,sa,पूर्वाह्न,सुबह,凌晨,早上,清晨,早晨,ق ظ,قبل از ظهر,قظ,fm,f m,de la mañana,manhã,da manhã,du matin,утра,چۈشتىن بۇرۇن,sáng,pagi,de la madrugada,پیش از چاشت,صبح",
    ("AMPM", 12): "pm,p m,下午,午後,오후,م,مساء,مساءً,مساءا,بعد الظهر,ظهرا,ظهراً,عصرا,عصراً,ös,μμ,ch,अपराह्न,शाम,दोपहर,晚上,晚间,傍晚,中午,ب ظ,بعد از ظهر,بظ,em,e m,de la tarde,de la noche,da tarde,da noite,de l'après-midi,du soir,вечера,дня,چۈشتىن كېيىن,chiều,tối,siang,sore,malam,عصر",
    ("UNIT", 1): "年,년,يىلى,يىل,năm",
    ("UNIT", 2): "月,월,ئاي,ئاينىڭ,tháng,thg,ئېيى",
    ("UNIT", 3): "日,号,號,일,كۈنى,كۈن,ngày",
    ("UNIT", 4): "时,時,点,點,시,سائەت",
    ("UNIT", 5): "分,분,مىنۇت",
    ("UNIT", 6): "秒,초,سېكۇنت",
    ("ERA", 1867): "明治",
    ("ERA", 1911): "民國,民国,中華民國,中华民国,大正,민국",
    ("ERA", 1925): "昭和",
    ("ERA", 1988): "平成",
    ("ERA", 2018): "令和",
    ("CALENDAR", 1): "هـ,ه,هجري,هجرية,هجري قمري,ه ق,h",
    ("CALENDAR", 2): "ه ش,هجری شمسی,شمسی,ش",
    ("CALENDAR", 3): "م,ميلادي,ميلادية,میلادی,ع",
    ("CALENDAR", 4): "พ.ศ,พศ,be",
    ("SPAN", 0): """second,seconds,sec,secs,minute,minutes,min,mins,hour,hours,hr,hrs,day,days,week,weeks,wk,month,months,year,years,yr,yrs,h,d,mo,w,y,m
sekunde,sekunden,minuten,stunde,stunden,std,tag,tage,tagen,woche,wochen,monat,monate,monaten,jahr,jahre,jahren
seconde,secondes,heure,heures,jour,jours,semaine,semaines,mois,an,ans,année,années
segundo,segundos,minuto,minutos,hora,horas,día,días,semana,semanas,mes,meses,año,años,dia,dias,mês,ano,anos
secondi,minuti,ora,ore,giorno,giorni,settimana,settimane,mese,mesi,anno,anni
seconden,uur,uren,dag,dagen,weken,maand,maanden,jaar
sekund,minut,minuty,minutę,godzina,godziny,godzin,godzinę,dzień,dni,tydzień,tygodnie,tygodni,miesiąc,miesiące,miesięcy,rok,lata,lat
секунд,секунды,минут,минуты,минуту,час,часа,часов,день,дня,дней,неделю,недели,недель,месяц,месяца,месяцев,год,года,лет,хвилин,години,годин,днів,тижні,місяці
saniye,dakika,saat,gün,hafta,ay,yıl
sekunder,minuter,minutter,timme,timmar,time,timer,timer siden,dagar,dager,dage,vecka,veckor,uke,uker,uge,uger,månad,månader,måneder,måned,år
sekuntia,minuuttia,tuntia,tunti,päivää,päivä,viikkoa,viikko,kuukautta,vuotta
minutami,hodinami,dny,týdny,měsíci,lety,perce,perccel,órája,órával,napja,nappal,hete,hónapja,éve
minute,ore,zile,săptămâni,luni,ani,λεπτά,ώρες,ώρα,μέρες,ημέρες,εβδομάδες,μήνες,χρόνια
דקות,שעות,שעה,ימים,שבועות,חודשים,שנים,मिनट,घंटे,घंटा,दिन,सप्ताह,महीने,साल,menit,jam,hari,minggu,bulan,tahun,phút,giờ,ngày,tuần,tháng,năm
ثانية,ثوان,دقيقة,دقائق,دقيقه,ساعة,ساعات,يوم,أيام,أسبوع,أسابيع,شهر,أشهر,شهور,سنة,سنوات,أعوام,ثانیه,دقیقه,ساعت,روز,هفته,ماه,سال,مىنۇت,سائەت,كۈن,ھەپتە,ئاي,يىل
秒,秒钟,分,分钟,分鐘,小时,小時,个小时,個小時,天,日,周,週,星期,个星期,个月,個月,年,時間,日間,週間,か月,ヶ月,年間,초,분,시간,일,주,주일,개월,달,년""",
    ("AGO", 0): "ago,vor,il y a,hace,há,fa,geleden,temu,назад,тому,önce,sedan,siden,sitten,před,ezelőtt,acum,πριν,לפני,पहले,yang lalu,lalu,trước,منذ,قبل,پیش,ئىلگىرى,بۇرۇن,前,之前,以前,전",
    ("REL", 0): "yesterday,today,just now,gestern,heute,vorgestern,hier,aujourd'hui,ayer,hoy,ontem,hoje,ieri,oggi,gisteren,vandaag,wczoraj,dzisiaj,dziś,вчера,сегодня,вчора,сьогодні,dün,bugün,igår,idag,i går,i dag,eilen,tänään,včera,dnes,tegnap,azi,χθες,σήμερα,אתמול,היום,कल,आज,kemarin,hari ini,hôm qua,hôm nay,أمس,اليوم,دیروز,امروز,تۈنۈگۈن,بۈگۈن,昨天,今天,前天,刚刚,剛剛,昨日,本日,어제,오늘,방금",
}

# fixed names, minutes east of UTC
ZONES = {
    0: "z,utc,gmt,ut,wet,greenwich mean time,coordinated universal time,universal time,بتوقيت غرينتش,بتوقيت جرينتش,توقيت غرينتش,توقيت جرينتش,غرينتش,جرينتش,جرينيتش,توقيت غرينيتش,بتوقيت غرينيتش,格林尼治时间,格林威治时间,格林尼治標準時間,格林威治標準時間,世界协调时,世界時,по гринвичу,гринвича,время по гринвичу,heure gmt,hora gmt,temps universel",
    60: "cet,mez,wat,west,british summer time,central european time,mitteleuropäische zeit",
    120: "eet,cest,mesz,mest,cat,sast,central european summer time,mitteleuropäische sommerzeit,eastern european time",
    180: "eest,msk,мск,мск.,eat,idt,trt,moscow time,moscow,по москве,по мск,по московскому времени,московское время,московского времени,время московское,часа мск,بتوقيت مكة,بتوقيت مكة المكرمة,بتوقيت السعودية,بتوقيت الرياض,بتوقيت موسكو,بتوقيت الدوحة,بتوقيت بغداد,莫斯科时间,莫斯科時間,tsi,turkey time,mecca time,arabian time,eastern european summer time",
    210: "irst",
    240: "gst,بتوقيت أبوظبي,بتوقيت الإمارات,بتوقيت دبي,uae time,samt",
    270: "aft",
    300: "pkt,uzt,yekt",
    330: "indian standard time,भारतीय समय,india time,sl time",
    345: "npt",
    360: "bdt",
    420: "ict,wib,indochina time,giờ hà nội,giờ việt nam,เวลาไทย",
    480: "hkt,sgt,myt,pht,awst,wita,beijing time,china standard time,hong kong time,singapore time,manila time,taipei time,北京时间,北京時間,香港时间,香港時間,台北时间,台北時間,台灣時間,台湾时间,新加坡时间,بېيجىڭ ۋاقتى,بيجين ۋاقتى,بتوقيت بكين,heure de pékin,hora de pekín,hora de beijing,по пекинскому времени,пекинское время,pekinger zeit,北京標準時間,中国标准时间,ulat",
    540: "jst,kst,wit,japan time,japan standard time,korea time,korea standard time,tokyo time,seoul time,日本時間,日本标准时间,东京时间,한국시간,한국 시간,韓国時間,平壤时间",
    570: "acst",
    600: "aest,vlat,chst",
    630: "acdt",
    660: "aedt",
    720: "nzst",
    780: "nzdt",
    -150: "ndt",
    -210: "nst",
    -180: "adt,brt,art,uyt,brasília,horário de brasília,hora de brasília,gfst,hora argentina,buenos aires time",
    -240: "edt,eastern daylight time,bot,vet",
    -300: "est,cdt,eastern standard time,central daylight time,cot,pet,hora colombiana,hora de colombia",
    -360: "mdt,mountain daylight time",
    -420: "mst,pdt,pacific daylight time,mountain standard time",
    -480: "pst,akdt,pacific standard time",
    -540: "akst",
    -600: "hst",
}
# by the rules of a place; the enum of zone.c
RULES = {
    "RULE_EASTERN": "et,eastern,eastern time,us eastern time,new york time,美东时间,美東時間,east coast time",
    "RULE_CENTRAL": "ct,central time,chicago time",
    "RULE_MOUNTAIN": "mt,mountain time",
    "RULE_PACIFIC": "pt,pacific,pacific time,los angeles time",
    "RULE_ALASKA": "akt,alaska time",
    "RULE_CENTRAL_EUROPE": "heure de paris,paris time,heure française,heure de bruxelles,berliner zeit,hora peninsular,hora de españa,ora italiana,berlin time,central europe time",
    "RULE_UK": "london time,uk time,heure de londres,伦敦时间,倫敦時間,بتوقيت لندن",
}
# Names that are an offset of one season only; by the rules the season is checked.
SEASON = {
    "RULE_EASTERN": "est,edt,eastern standard time,eastern daylight time",
    "RULE_CENTRAL": "cdt,central daylight time",
    "RULE_MOUNTAIN": "mst,mdt,mountain daylight time,mountain standard time",
    "RULE_PACIFIC": "pst,pdt,pacific daylight time,pacific standard time",
    "RULE_ALASKA": "akst,akdt",
    "RULE_CENTRAL_EUROPE": "cet,cest,mez,mesz,mest,central european time,mitteleuropäische zeit,central european summer time,mitteleuropäische sommerzeit",
    "RULE_EAST_EUROPE": "eet,eest,eastern european time,eastern european summer time",
    "RULE_UK": "british summer time",
    "RULE_WEST_EUROPE": "wet,west",
}
# Names of several zones, told apart by where the page is from, if at all.
DOUBTFUL = {
    "DOUBT_BST": "bst",
    "DOUBT_IST": "ist",
    "DOUBT_CST": "cst,central standard time",
    "DOUBT_AST": "ast,atlantic standard time",
    "DOUBT_LOCAL": "local time,ortszeit,heure locale,hora local,по местному времени,当地时间,當地時間,現地時間,현지시간,بالتوقيت المحلي,ora locale",
}


def base_letter(ch):
    special = {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "ß": "s", "æ": "a", "œ": "o", "þ": "t", "ħ": "h", "ŋ": "n"}
    if ch in special:
        return special[ch]
    while True:
        parts = unicodedata.decomposition(ch).split()
        if not parts or parts[0].startswith("<"):
            return ch
        ch = chr(int(parts[0], 16))


ARABIC = {0x622: 0x627, 0x623: 0x627, 0x625: 0x627, 0x671: 0x627, 0x649: 0x64A, 0x6CC: 0x64A, 0x6A9: 0x643, 0x629: 0x647,
          0x6BE: 0x647, 0x6C1: 0x647, 0x6D5: 0x647, 0x6C0: 0x647}
NUKTA = dict(zip(range(0x958, 0x960), (0x915, 0x916, 0x917, 0x91C, 0x921, 0x922, 0x92B, 0x92F)))


def fold(text):
    """As date_fold() of fold.c does it."""
    out = ""
    for ch in unicodedata.normalize("NFC", text):
        ch = "i" if ch == "İ" else ch.lower()
        c = ord(ch)
        if 0xC0 <= c < 0x180 or 0x1E00 <= c < 0x2000 or 0x370 <= c < 0x400 or 0x218 <= c < 0x21C or 0x1A0 <= c < 0x1B1:
            ch = base_letter(ch)
            ch = "σ" if ch == "ς" else ch
        elif c in (0xAA, 0xBA):
            pass
        elif c == 0x451:
            ch = "е"
        elif c in ARABIC:
            ch = chr(ARABIC[c])
        elif c in NUKTA:
            ch = chr(NUKTA[c])
        elif 0x300 <= c < 0x370 or 0x64B <= c < 0x653 or c in (0x670, 0x640, 0x93C, 0x9BC, 0x200C, 0x200D) or 0x591 <= c < 0x5C8:
            continue
        elif ch in "-'.,":
            ch = " "
        out += ch
    return " ".join(out.split())


def add(table, word, cls, value):
    word = fold(word)
    if word:
        table.add((word, cls, value))


def month_lines(table, text, cls):
    for line in text.strip().splitlines():
        names = line.split(",")
        assert len(names) == 12, line
        for i, forms in enumerate(names, 1):
            for form in forms.split("/"):
                add(table, form, cls, str(i))


def build():
    table = set()
    month_lines(table, MONTHS, "MONTH")
    month_lines(table, THAI, "THAI")
    month_lines(table, JALALI, "JALALI")
    month_lines(table, HIJRI, "HIJRI")
    for form in ("listopad", "listopada"):
        add(table, form, "MONTH_CROATIAN", "10")
    for line in WEEKDAYS.strip().splitlines():
        names = line.split(",")
        assert len(names) == 7, line
        for i, forms in enumerate(names, 1):
            for form in forms.split("/"):
                add(table, form, "WEEKDAY", str(i))
    # 天/日/一 in brackets: 2018年11月15日（木）
    for i, ch in enumerate("一二三四五六", 1):
        add(table, ch, "WEEKDAY", str(i))
    groups = [(("LABEL", k), v) for k, v in LABELS.items()]
    groups += [(k, v) for k, v in CLASSES.items()]
    groups += [(("ZONE", k), v) for k, v in ZONES.items()]
    groups += [(("ZONE_RULE", k), v) for k, v in RULES.items()]
    groups += [(("ZONE_SEASON", k), v) for k, v in SEASON.items()]
    groups += [(("ZONE_DOUBT", k), v) for k, v in DOUBTFUL.items()]
    for (cls, value), words in groups:
        for word in words.replace("\n", ",").split(","):
            add(table, word, cls, str(value))
    return sorted(table, key=lambda r: (r[0].encode(), r[1], r[2]))


def escape(word):
    return word.replace("\\", "\\\\").replace('"', '\\"')


def main():
    rows = build()
    longest = max(len(r[0].encode()) for r in rows)
    text = "/* SPDX-License-Identifier: Apache-2.0 */\n/* Written by tools/make_date_words.py. Sorted by bytes. */\n/* clang-format off */\n"
    text += '#include "formats/date/date_int.h"\n\n'
    text += f"const size_t DATE_WORDS_N = {len(rows)};\n_Static_assert(DATE_WORD_MAX >= {longest}, \"room for the longest word\");\n\n"
    text += "const struct date_word DATE_WORDS[] = {\n"
    for word, cls, value in rows:
        text += f'\t{{"{escape(word)}", WORD_{cls}, {value}}},\n'
    text += "};\n"
    if "--check" in sys.argv:
        sys.exit(FILE.read_text() != text)
    FILE.write_text(text)


if __name__ == "__main__":
    main()
